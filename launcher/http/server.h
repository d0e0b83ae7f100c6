// SPDX-License-Identifier: LGPL-2.1-or-later
// HTTP and WebSocket: the page from memory, and one Peer per viewer's signalling. Knows no GStreamer. Main thread only.
// libsoup's documentation says that its server is not made for hostile clients. What it lacks (deadlines, limits,
// checks of Origin and Host) is here.
#pragma once

#include <libsoup/soup.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access.h"
#include "base/glib_ptr.h"
#include "base/main_thread.h"
#include "base/protocol.h"
#include "base/waiting_room.h"
#include "certificate.h"
#include "listener.h"
#include "origins.h"
#include "page_files.h"
#include "peer.h"
#include "soup_log.h"
#include "stream_path.h"

class Server {
 public:
  struct Health {
    bool well = true;
    std::string text;  // what there is to say, in lines
  };
  using Picture = std::function<void(GBytes* png)>;  // null: there is none of this name
  // All of viewers who may watch: nobody is told of others.
  struct Events {
    std::function<void(const std::shared_ptr<Peer>&)> connected;
    std::function<void(const std::shared_ptr<Peer>&, std::string_view text)> message;
    std::function<void(const std::shared_ptr<Peer>&)> closed;
    std::function<void(const std::string& code)> refused = [](const std::string&) {};  // one who was not let in
    // The streams' names, in order. A server of one has it at "/" too, where a server of several shows all; one that
    // has no name ("") is only there.
    std::function<std::vector<std::string>()> streams = [] { return std::vector<std::string>{""}; };
    // Streams that are windows of programs have another page; where there may be some "/" shows all, however few.
    bool windows = false;
    std::function<bool(const std::string& stream)> is_window = [](const std::string&) { return false; };
    // A window's picture, by a name that only viewers have been told. The reply may come later.
    std::function<void(const std::string& stream, const std::string& name, Picture reply)> picture =
        [](const std::string&, const std::string&, const Picture& reply) { reply(nullptr); };
    // The stream that shows a program's window, or will show it.
    std::function<std::string(const std::string& window)> stream_of = [](const std::string& window) { return window; };
    // For who runs the server: why the stream is not well, or "", or of all together ("") what is to be told of them;
    // figures in Prometheus' text format.
    std::function<Health(const std::string& stream)> health;
    std::function<std::string()> metrics;
  };
  // With a certificate it speaks TLS, and sends who speaks none to https://.
  explicit Server(Events events, Access access = Access(), Origins origins = Origins(),
                  std::unique_ptr<Certificate> certificate = nullptr);
  ~Server();

  // `host` is an IP address or a name; port 0 takes any free one. Throws UserError.
  void listen(const std::string& host, unsigned port);
  // The page's address.
  std::string url() const;
  Certificate* certificate() { return certificate_.get(); }
  // Closes all peers. Each one is gone when `closed` has come for it.
  void stop();
  bool idle() const { return peers_.empty(); }

 private:
  struct Guard;
  bool host_allowed(std::string_view host) const;
  void guard_connection(SoupServerMessage* message);
  void admit(SoupServerMessage* message, std::string_view whole);
  void serve(SoupServerMessage* message, const char* whole);
  bool may_know(SoupServerMessage* message);
  void serve_health(SoupServerMessage* message, const std::string& stream);
  void serve_metrics(SoupServerMessage* message);
  void serve_picture(SoupServerMessage* message, const std::string& stream, std::string_view file);
  static void reply_with(SoupServerMessage* message, GBytes* png);
  void let_other_sites_read(SoupServerMessage* message) const;
  void refuse_path(SoupServerMessage* message, const StreamPath& path);
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
  const Origins origins_;
  const std::unique_ptr<Certificate> certificate_;
  Listener listener_;
  std::string host_;
  bool loopback_ = true;
  unsigned connections_ = 0;
  std::set<std::shared_ptr<Peer>> peers_;
  Timer received_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false when we have ended; guards may live longer
};
