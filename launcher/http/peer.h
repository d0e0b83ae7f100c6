// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer's WebSocket. Main thread only.
#pragma once

#include <libsoup/soup.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access.h"
#include "allowance.h"
#include "base/glib_ptr.h"
#include "base/main_thread.h"
#include "base/protocol.h"

// What a client asked for when it connected.
struct Request {
  std::string stream;                                     // by name; "": that of a server which has one without a name
  bool list = false;                                      // it asks which streams there are, and for none of them
  std::vector<std::string> streams;                       // several by one connection; none: `stream` alone
  std::map<std::string, std::string, std::less<>> query;  // decoded; if a name stands twice, its last value
  // IP address that the connection comes from; what a proxy on this machine says of that, where there is one
  std::string address;

  // What the viewer believes that its network carries, in bit/s.
  std::optional<double> downlink() const;
};

class Peer {
 public:
  Peer(SoupWebsocketConnection* connection, GSocket* socket, Request request);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(const std::string& text);
  void send_bytes(GBytes* bytes);
  // Who does not answer that within `patience` ms is cut off, and keeps no descriptor of ours.
  void close(unsigned short code, const std::string& reason, guint patience = kPatience);
  // Tells it why, and closes.
  void refuse(const protocol::Error& error, guint patience = kPatience);
  static constexpr guint kPatience = 10'000;
  static constexpr guint kStranger = 2000;  // the patience with who has not been let in
  const Request& request() const { return request_; }
  const Rights& rights() const { return rights_; }

 private:
  friend class Server;
  std::uint64_t received() const;
  void limit_received();

  GObjectPtr<SoupWebsocketConnection> connection_;
  GObjectPtr<GSocket> socket_;
  const Request request_;
  Rights rights_;
  bool spoke_ = false;  // a message has come
  // Until it has a right to view; after close() until it has closed too.
  Timer deadline_;
  Allowance allowance_;
  std::vector<gulong> handlers_;
};
