// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/deadlines.h"
#include "replies.h"
#include "request.h"
#include "tokens.h"

namespace {

constexpr unsigned kMaxConnections = 256;  // requests in progress; viewers have their own limit
constexpr guint kReceivedPollMs = 100;
constexpr std::size_t kLockedOfOne = 16;
constexpr std::size_t kLocked = 128;
// Up to this size a message that is too large is read to its end, so that the close frame reaches its sender.
constexpr guint64 kMaxRead = 1 << 20;
constexpr const char* kHowTo = ": open the whole address that cv-launch printed, with #token=";
constexpr const char* kGuard = "cv-guard";
constexpr const char* kMethods = "GET, HEAD";
constexpr std::string_view kPictures = "/pictures/";
constexpr std::string_view kPng = ".png";
constexpr gsize kSlowest = 32;  // bytes in 1 ms: a quarter of a Mbit/s

guint whole_seconds(std::chrono::milliseconds time) {
  return static_cast<guint>(std::chrono::ceil<std::chrono::seconds>(time).count());
}

// Where a WebSocket is opened, and nothing else is to be had.
bool is_socket(std::string_view path) {
  return path == "/streams" || split_path(path).rest == "/ws";
}

// G_MAXINT64 for a chunked body: its length is known only at its end.
goffset body_size(SoupMessageHeaders* headers) {
  if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CHUNKED) return G_MAXINT64;
  return soup_message_headers_get_content_length(headers);
}

}  // namespace

Server::Server(Events events, Access access, Origins origins, std::unique_ptr<Certificate> certificate)
    : server_(soup_server_new("server-header", "cv-launch", nullptr)),
      events_(std::move(events)),
      access_(std::move(access)),
      locked_(kLockedOfOne, kLocked),
      origins_(std::move(origins)),
      certificate_(std::move(certificate)),
      listener_([this](Listener::Line line) { serve_line(server_.get(), std::move(line)); }, certificate_.get()) {
  // a message of 100 kB can unpack to 100 MB
  soup_server_remove_websocket_extension(server_.get(), SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  g_signal_connect(server_.get(), "request-started",
                   G_CALLBACK(+[](SoupServer*, SoupServerMessage* message, gpointer self) {
                     static_cast<Server*>(self)->guard_connection(message);
                   }),
                   this);
  for (const char* signal : {"request-finished", "request-aborted"})
    g_signal_connect(server_.get(), signal,
                     G_CALLBACK(+[](SoupServer*, SoupServerMessage* message, gpointer) { prepare_close(message); }),
                     nullptr);
  // All paths come here: which streams there are below "/" may change at any time.
  const auto admit = [](SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer self) {
    static_cast<Server*>(self)->admit(message, path);
  };
  const auto serve = [](SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer self) {
    static_cast<Server*>(self)->serve(message, path);
  };
  const auto open = [](SoupServer*, SoupServerMessage* message, const char*, SoupWebsocketConnection* connection,
                       gpointer self) { static_cast<Server*>(self)->open_peer(message, connection); };
  soup_server_add_early_handler(server_.get(), "/", admit, this, nullptr);
  soup_server_add_handler(server_.get(), "/", serve, this, nullptr);
  soup_server_add_websocket_handler(server_.get(), "/", nullptr, nullptr, open, this, nullptr);
}

Server::~Server() {
  stop();
  *alive_ = false;
  g_signal_handlers_disconnect_by_data(server_.get(), this);
  soup_server_remove_handler(server_.get(), "/");
}

void Server::listen(const std::string& host, unsigned port) {
  host_ = host;
  loopback_ = is_loopback(host);
  listener_.listen(host, port);
}

std::string Server::url() const {
  std::string host = host_;
  if (host == "0.0.0.0") host = g_get_host_name();
  if (host == "::") host = g_get_host_name();
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return std::string(certificate_ ? "https" : "http") + "://" + host + ":" + std::to_string(listener_.port()) + "/";
}

void Server::stop() {
  for (const auto& peer : peers_) peer->close(SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "the server is ending");
  listener_.stop();
  soup_server_disconnect(server_.get());
}

// Watches a connection from accept to the end of the reply. Closes it if it is silent or slow for too long, or if there
// are too many connections.
struct Server::Guard {
  explicit Guard(Server& owner, GSocket* watched)
      : server(owner), alive(owner.alive_), socket(static_cast<GSocket*>(g_object_ref(watched))) {
    g_socket_set_timeout(watched, whole_seconds(deadlines().silent));
    wait(deadlines().request);
    if (++server.connections_ > kMaxConnections) cut();
  }
  ~Guard() {
    if (*alive) --server.connections_;
  }
  void wait(std::chrono::milliseconds time) {
    deadline.once(static_cast<guint>(time.count()), [this] { cut(); });
  }
  void cut() { g_socket_shutdown(socket.get(), TRUE, TRUE, nullptr); }

  Server& server;
  std::shared_ptr<bool> alive;
  GObjectPtr<GSocket> socket;
  Timer deadline;
};

void Server::guard_connection(SoupServerMessage* message) {
  add_headers(message);  // here, because replies that libsoup makes by itself must have them too
  // libsoup drops the message, and with it the guard, when the reply is sent or the client has gone
  g_object_set_data_full(G_OBJECT(message), kGuard, new Guard(*this, line_of(message).socket.get()),
                         [](gpointer guard) { delete static_cast<Guard*>(guard); });
}

// Runs when the headers have come, before a body is read. A status set here ends the request.
void Server::admit(SoupServerMessage* message, std::string_view whole) {
  const auto [path, has_key] = origins_.without_key(whole);
  const bool socket = is_socket(path);
  SoupMessageHeaders* headers = soup_server_message_get_request_headers(message);
  if (body_size(headers) > 0) return refuse_body(message);
  // libsoup (3.2) would send our headers with the "100 Continue", and a reply without them
  if (soup_message_headers_get_expectations(headers) != 0)
    return refuse(message, SOUP_STATUS_EXPECTATION_FAILED, "nothing is to be expected");
  const std::string_view method = soup_server_message_get_method(message);
  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD) {
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Allow", kMethods);
    return refuse(message, SOUP_STATUS_METHOD_NOT_ALLOWED, std::string("only ") + kMethods);
  }
  // libsoup joins duplicate headers with ", "
  const char* host = soup_message_headers_get_list(headers, "Host");
  if (!host || !(has_key || host_allowed(host)) || std::strchr(host, ','))
    return refuse(message, SOUP_STATUS_FORBIDDEN, "this Host is not served; open the address that cv-launch printed");
  if (certificate_ && !line_of(message).secure) return send_to_https(message, host, socket);
  // the reply to many overlapping ranges can be 16,000 times as large as the request
  soup_message_headers_remove(headers, "Range");
  if (!socket) return;
  const char* origin = soup_message_headers_get_list(headers, "Origin");
  if (!origin || !(has_key || origins_.origin_allowed(origin, host, loopback_)))
    return refuse(message, SOUP_STATUS_FORBIDDEN, "only the page of this server may connect");
  // Proxies in front of notebooks (Tornado) take no connection that says it will be closed. libsoup says so itself if
  // the handshake fails.
  soup_message_headers_remove(soup_server_message_get_response_headers(message), "Connection");
  // No limit on silence from here on: libsoup would keep it for the WebSocket, which waits for a first message. Until
  // the upgrade the deadline is enough.
  g_socket_set_timeout(line_of(message).socket.get(), 0);
}

// A browser that goes to the name of a certificate has seen that certificate: no other site's name leads here.
bool Server::host_allowed(std::string_view host) const {
  return origins_.host_allowed(host, loopback_) || (certificate_ && certificate_->is_for(std::string(name_of(host))));
}

// What the server's own machine may know, or who has a token: figures tell who watches, and when. Behind a proxy all
// seem to be on this machine, and not each proxy says for whom it asks.
bool Server::may_know(SoupServerMessage* message) {
  const std::string address = read_request(message, origins_, events_.streams()).address;
  SoupMessageHeaders* headers = soup_server_message_get_request_headers(message);
  const bool for_others = origins_.proxied() || soup_message_headers_get_list(headers, "X-Forwarded-For") ||
                          soup_message_headers_get_list(headers, "Forwarded");
  if (!for_others && is_loopback(address)) return true;
  const double now = static_cast<double>(g_get_monotonic_time()) / 1e6;
  const char* given = soup_message_headers_get_one(headers, "Authorization");
  constexpr std::string_view kBearer = "Bearer ";
  if (!access_.needs_token() || !given || !std::string_view(given).starts_with(kBearer) ||
      wrong_tokens_.wait(address, now) > 0)
    return false;
  const Rights rights = access_.rights_of(given + kBearer.size());
  if (rights.view && rights.streams.empty()) return true;
  wrong_tokens_.add(address, now);
  return false;
}

void Server::serve_health(SoupServerMessage* message, const std::string& stream) {
  if (!may_know(message)) return refuse_who_asks(message);
  const Health health = events_.health(stream);
  if (!health.well) return refuse(message, SOUP_STATUS_SERVICE_UNAVAILABLE, health.text);
  reply_text(message, "text/plain; charset=utf-8", "ok\n" + health.text + (health.text.empty() ? "" : "\n"));
}

void Server::serve_metrics(SoupServerMessage* message) {
  if (!may_know(message)) return refuse_who_asks(message);
  reply_text(message, "text/plain; version=0.0.4; charset=utf-8", events_.metrics());
}

void Server::serve_picture(SoupServerMessage* message, const std::string& stream, std::string_view file) {
  if (!file.ends_with(kPng)) return refuse(message, SOUP_STATUS_NOT_FOUND, "not found");
  let_other_sites_read(message);
  // libsoup (3.2) takes what has no status yet for a WebSocket
  soup_server_message_set_status(message, SOUP_STATUS_OK, nullptr);
  soup_server_message_pause(message);
  const std::shared_ptr<SoupServerMessage> held(static_cast<SoupServerMessage*>(g_object_ref(message)), g_object_unref);
  events_.picture(stream, std::string(file.substr(0, file.size() - kPng.size())),
                  [held](GBytes* png) { reply_with(held.get(), png); });
}

void Server::reply_with(SoupServerMessage* message, GBytes* png) {
  if (png) {
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Content-Type", "image/png");
    soup_message_body_append_bytes(soup_server_message_get_response_body(message), png);
    // as long as a slow link takes for it, and no longer
    const auto slow = std::chrono::milliseconds(g_bytes_get_size(png) / kSlowest);
    static_cast<Guard*>(g_object_get_data(G_OBJECT(message), kGuard))->wait(deadlines().request + slow);
  } else {
    refuse(message, SOUP_STATUS_NOT_FOUND, "the window shows another picture now");
  }
  soup_server_message_unpause(message);
}

void Server::let_other_sites_read(SoupServerMessage* message) const {
  if (!origins_.has_other_sites()) return;
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  soup_message_headers_append(headers, "Vary", "Origin");
  const char* origin = soup_message_headers_get_list(soup_server_message_get_request_headers(message), "Origin");
  if (origin && origins_.is_other_site(origin))
    soup_message_headers_replace(headers, "Access-Control-Allow-Origin", origin);
}

// Who needs a token is not told which streams there are.
void Server::refuse_path(SoupServerMessage* message, const StreamPath& path) {
  const auto streams = events_.streams();
  const bool named = streams.empty() || !streams.front().empty();
  refuse(message, SOUP_STATUS_NOT_FOUND,
         path.stream.empty() || !named
             ? "not found"
             : no_stream(path.stream, access_.needs_token() ? std::vector<std::string>() : streams));
}

void Server::serve(SoupServerMessage* message, const char* whole) {
  const auto [below, has_key] = origins_.without_key(whole);
  if (is_socket(below)) return;  // libsoup looks whether it is one
  if (has_key) allow_frames(message);
  const StreamPath path = split_path(below);
  const auto streams = events_.streams();
  // a window comes back when its program is started again, and its page waits for that
  const bool there = path.stream.empty() || std::ranges::find(streams, path.stream) != streams.end();
  if (!there && !events_.windows) return refuse_path(message, path);
  if (path.rest.empty()) return send_to_folder(message, path.stream);
  if (path.rest == "/healthz") return serve_health(message, path.stream);
  if (path.rest == "/metrics" && path.stream.empty()) return serve_metrics(message);
  if (path.rest.starts_with(kPictures))
    return serve_picture(message, path.stream.empty() && streams.size() == 1 ? streams.front() : path.stream,
                         std::string_view(path.rest).substr(kPictures.size()));
  if (const auto fields = read_request(message, origins_, events_.streams()).query;
      events_.windows && path.rest == "/" && path.stream.empty())
    if (const auto window = fields.find("window"); window != fields.end())
      return send_to_folder(message, events_.stream_of(window->second));
  const bool all = path.stream.empty() && (streams.size() != 1 || events_.windows);
  const PageFile* file = files_.find(path.rest != "/"                           ? path.rest
                                     : all                                      ? "/wall.html"
                                     : !there || events_.is_window(path.stream) ? "/window.html"
                                                                                : "/index.html");
  if (!file) return refuse(message, SOUP_STATUS_NOT_FOUND, "not found");
  soup_server_message_set_status(message, SOUP_STATUS_OK, nullptr);
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  soup_message_headers_replace(headers, "Content-Type", file->type);
  GBytes* body = file->plain.get();
  SoupMessageHeaders* asked = soup_server_message_get_request_headers(message);
  let_other_sites_read(message);
  if (file->gzip) {
    soup_message_headers_append(headers, "Vary", "Accept-Encoding");
    if (takes_gzip(soup_message_headers_get_list(asked, "Accept-Encoding"))) {
      soup_message_headers_replace(headers, "Content-Encoding", "gzip");
      body = file->gzip.get();
    }
  }
  soup_message_body_append_bytes(soup_server_message_get_response_body(message), body);
}

void Server::open_peer(SoupServerMessage* message, SoupWebsocketConnection* connection) {
  // This is no request any more: from here on the viewer has deadlines of its own.
  g_object_set_data(G_OBJECT(message), kGuard, nullptr);
  soup_websocket_connection_set_max_incoming_payload_size(connection, kMaxRead);
  soup_websocket_connection_set_keepalive_interval(connection, whole_seconds(deadlines().keepalive));
  const auto peer = std::make_shared<Peer>(connection, line_of(message).socket.get(),
                                           read_request(message, origins_, events_.streams()));
  peers_.insert(peer);
  if (!received_timer_.running())
    received_timer_.every(kReceivedPollMs, [this] {
      for (const auto& each : peers_) each->limit_received();
      if (peers_.empty()) received_timer_.stop();
    });

  struct Context {
    Server* server;
    std::weak_ptr<Peer> peer;
  };
  const auto connect = [&](const char* signal, GCallback callback) {
    peer->handlers_.push_back(g_signal_connect_data(
        connection, signal, callback, new Context{this, peer},
        [](gpointer data, GClosure*) { delete static_cast<Context*>(data); }, static_cast<GConnectFlags>(0)));
  };
  connect("message", G_CALLBACK(+[](SoupWebsocketConnection*, gint type, GBytes* data, gpointer user) {
            const auto* context = static_cast<Context*>(user);
            const auto held = context->peer.lock();
            if (held) held->allowance_.whole(held->received());
            gsize size = 0;
            const auto* text = static_cast<const char*>(g_bytes_get_data(data, &size));
            if (held && size > protocol::kMaxSignal)
              held->close(SOUP_WEBSOCKET_CLOSE_TOO_BIG, "a message over 64 KiB");
            else if (held)
              context->server->hear(held, type == SOUP_WEBSOCKET_DATA_TEXT ? std::string_view(text, size) : "");
          }));
  connect("closed", G_CALLBACK(+[](SoupWebsocketConnection*, gpointer user) {
            const auto* context = static_cast<Context*>(user);
            if (const auto held = context->peer.lock(); held && context->server->peers_.erase(held)) {
              held->deadline_.stop();
              context->server->locked_.leave(held.get());
              if (held->rights_.view) context->server->events_.closed(held);
            }
          }));
  if (!access_.needs_token()) {
    peer->rights_ = access_.rights_of("");
    events_.connected(peer);
    return;
  }
  const auto [taken, leaves] = locked_.enter(peer.get(), network_of(peer->request_.address));
  const protocol::Error busy{"busy", "too many who have shown no token yet; try again"};
  if (leaves) {
    const auto other = std::ranges::find_if(peers_, [guest = leaves](const auto& one) { return one.get() == guest; });
    if (other != peers_.end()) refuse_peer(std::shared_ptr(*other), busy);
  }
  if (!taken) return refuse_peer(peer, busy);
  peer->send(protocol::encode(protocol::Locked{std::string("this server wants its token") + kHowTo}));
  peer->deadline_.once(static_cast<guint>(deadlines().request.count()), [this, weak = std::weak_ptr(peer)] {
    if (const auto held = weak.lock()) refuse_peer(held, {"unauthorized", "no token has come"});
  });
}

// The first message may be a token.
void Server::hear(const std::shared_ptr<Peer>& peer, std::string_view text) {
  if (!std::exchange(peer->spoke_, true) && take_token(peer, text)) return;
  if (peer->rights_.view) events_.message(peer, text);
}

// Whether the message is dealt with.
bool Server::take_token(const std::shared_ptr<Peer>& peer, std::string_view text) {
  const auto token = protocol::parse_token(text);
  if (!token) {
    if (access_.needs_token()) refuse_peer(peer, {"unauthorized", "the first message must be a token"});
    return access_.needs_token();
  }
  const double now = static_cast<double>(g_get_monotonic_time()) / 1e6;
  const std::string& address = peer->request_.address;
  if (const double wait = wrong_tokens_.wait(address, now); wait > 0) {
    refuse_peer(peer, {"too-many", "too many wrong tokens came from this address; it has to wait " +
                                       std::to_string(std::lround(std::ceil(wait))) + " s"});
    return true;
  }
  const Rights rights = access_.rights_of(*token);
  if (!rights.view) {
    wrong_tokens_.add(address, now);
    refuse_peer(peer, {"unauthorized", std::string("this is not the server's token") + kHowTo});
    return true;
  }
  // whether there is such a stream it is not told
  const auto& request = peer->request();
  if (!request.list && request.streams.empty() && !rights.are_for(request.stream)) {
    refuse_peer(peer, {"unauthorized", "this token is not for the stream \"" + request.stream + "\""});
    return true;
  }
  peer->deadline_.stop();
  locked_.leave(peer.get());
  peer->send(protocol::encode(protocol::AccessGiven{rights.control}));
  if (!std::exchange(peer->rights_, rights).view) events_.connected(peer);
  return true;
}

void Server::refuse_peer(const std::shared_ptr<Peer>& peer, const protocol::Error& error) {
  events_.refused(error.code);
  peer->spoke_ = true;  // a token that comes now comes too late
  locked_.leave(peer.get());
  peer->refuse(error, Peer::kStranger);
}
