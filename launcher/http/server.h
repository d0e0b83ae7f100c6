// SPDX-License-Identifier: LGPL-2.1-or-later
// HTTP and WebSocket: the page from memory, and one Peer per viewer's signalling. Knows no GStreamer. Main thread only.
// libsoup's documentation says that its server is not made for hostile clients. What it lacks (deadlines, limits,
// checks of Origin and Host) is here.
#pragma once

#include <libsoup/soup.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access.h"
#include "allowance.h"
#include "base/glib_ptr.h"
#include "base/main_thread.h"
#include "base/protocol.h"
#include "base/waiting_room.h"
#include "page_files.h"
#include "soup_log.h"

// What a client asked for when it connected.
struct Request {
  std::string path;
  std::map<std::string, std::string, std::less<>> query;  // decoded; if a name stands twice, its last value
  // IP address that the connection comes from; what a proxy on this machine says of that, where there is one
  std::string address;
};

// A viewer's WebSocket.
class Peer {
 public:
  Peer(SoupWebsocketConnection* connection, GSocket* socket, Request request);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(const std::string& text);
  void send_bytes(GBytes* bytes);
  // Who does not answer that within `patience` ms is cut off, and keeps no descriptor of ours.
  void close(unsigned short code, const std::string& reason, guint patience = 10'000);
  static constexpr guint kStranger = 2000;  // the patience with who has not been let in
  const Request& request() const { return request_; }

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

class Server {
 public:
  // All of viewers who may watch: nobody is told of others.
  struct Events {
    std::function<void(const std::shared_ptr<Peer>&)> connected;
    std::function<void(const std::shared_ptr<Peer>&, std::string_view text)> message;
    std::function<void(const std::shared_ptr<Peer>&)> closed;
  };
  // `public_origins`: where a proxy shows us, as public_origin() of public_origin.h gives them.
  // `allowed_origins`: other sites, whose pages may load what we serve, and connect; written in the same way.
  explicit Server(Events events, Access access = Access(), std::vector<std::string> public_origins = {},
                  std::vector<std::string> allowed_origins = {});
  ~Server();

  // `host` is an IP address or a name; port 0 takes any free one. Throws UserError.
  void listen(const std::string& host, unsigned port);
  // The page's address.
  std::string url() const;
  // Closes all peers. Each one is gone when `closed` has come for it.
  void stop();
  bool idle() const { return peers_.empty(); }

  // Whether a request with this Host header is served, and whether a page of this Origin ("" for none) may open a
  // WebSocket.
  bool host_allowed(std::string_view host) const;
  bool origin_allowed(std::string_view origin, std::string_view host) const;

 private:
  struct Guard;
  struct Route;
  static std::span<const Route> routes();
  void add_route(const Route& route);
  void guard_connection(SoupServerMessage* message);
  void admit(SoupServerMessage* message, const Route& route);
  void serve(SoupServerMessage* message, const char* path);
  bool is_own(std::string_view name) const;
  bool is_public(std::string_view name) const;
  Request request_of(SoupServerMessage* message) const;
  void open_peer(SoupServerMessage* message, SoupWebsocketConnection* connection);
  void hear(const std::shared_ptr<Peer>& peer, std::string_view text);
  bool take_token(const std::shared_ptr<Peer>& peer, std::string_view text);
  void refuse_peer(const std::shared_ptr<Peer>& peer, const protocol::Error& error);

  SoupLog log_;
  GObjectPtr<SoupServer> server_;
  const PageFiles files_;
  const Events events_;
  const Access access_;
  WrongTokens wrong_tokens_;
  WaitingRoom locked_;  // those who have shown no token yet
  const std::vector<std::string> public_origins_;
  const std::vector<std::string> allowed_origins_;
  std::string host_;
  bool loopback_ = true;
  unsigned connections_ = 0;
  std::set<std::shared_ptr<Peer>> peers_;
  Timer received_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false when we have ended; guards may live longer
};
