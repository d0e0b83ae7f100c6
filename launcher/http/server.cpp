// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/deadlines.h"
#include "replies.h"
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

guint whole_seconds(std::chrono::milliseconds time) {
  return static_cast<guint>(std::chrono::ceil<std::chrono::seconds>(time).count());
}

// Whether a list like "GET, HEAD" has the word.
bool is_one_of(std::string_view word, std::string_view list) {
  for (std::size_t from = 0; from < list.size();) {
    const auto end = std::min(list.find(", ", from), list.size());
    if (list.substr(from, end - from) == word) return true;
    from = end + 2;
  }
  return false;
}

// The last word of a list like "192.0.2.1, 198.51.100.7": each proxy adds the one that it sees itself.
std::string last_of(std::string_view list) {
  const std::string_view last = list.substr(list.rfind(',') + 1);  // without a comma: all
  return take_string(g_strstrip(g_strndup(last.data(), last.size())));
}

// G_MAXINT64 for a chunked body: its length is known only at its end.
goffset body_size(SoupMessageHeaders* headers) {
  if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CHUNKED) return G_MAXINT64;
  return soup_message_headers_get_content_length(headers);
}

}  // namespace

// What a client may ask of a path, and of the paths below it that have no route of their own.
struct Server::Route {
  const char* path;
  std::string_view methods;  // as the Allow header lists them
  goffset largest_body;
  bool socket;  // a WebSocket, which only our own page may open
};

std::span<const Server::Route> Server::routes() {
  static constexpr auto kRoutes = std::to_array<Route>({
      {"/", "GET, HEAD", 0, false},
      {"/ws", "GET, HEAD", 0, true},
  });
  return kRoutes;
}

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
  for (const auto& route : routes()) add_route(route);
}

// `route` must live as long as the server: its handlers refer to it.
void Server::add_route(const Route& route) {
  struct Context {
    Server* server;
    const Route& route;
  };
  const auto admit = [](SoupServer*, SoupServerMessage* message, const char*, GHashTable*, gpointer data) {
    const auto* context = static_cast<Context*>(data);
    context->server->admit(message, context->route);
  };
  const auto serve = [](SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer self) {
    static_cast<Server*>(self)->serve(message, path);
  };
  const auto open = [](SoupServer*, SoupServerMessage* message, const char*, SoupWebsocketConnection* connection,
                       gpointer self) { static_cast<Server*>(self)->open_peer(message, connection); };
  soup_server_add_early_handler(server_.get(), route.path, admit, new Context{this, route},
                                [](gpointer data) { delete static_cast<Context*>(data); });
  if (route.socket)
    soup_server_add_websocket_handler(server_.get(), route.path, nullptr, nullptr, open, this, nullptr);
  else
    soup_server_add_handler(server_.get(), route.path, serve, this, nullptr);
}

Server::~Server() {
  stop();
  *alive_ = false;
  g_signal_handlers_disconnect_by_data(server_.get(), this);
  for (const auto& route : routes()) soup_server_remove_handler(server_.get(), route.path);
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
    deadline.once(static_cast<guint>(deadlines().request.count()), [this] { cut(); });
    if (++server.connections_ > kMaxConnections) cut();
  }
  ~Guard() {
    if (*alive) --server.connections_;
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
void Server::admit(SoupServerMessage* message, const Route& route) {
  SoupMessageHeaders* headers = soup_server_message_get_request_headers(message);
  if (body_size(headers) > route.largest_body) return refuse_body(message);
  // libsoup (3.2) would send our headers with the "100 Continue", and a reply without them
  if (soup_message_headers_get_expectations(headers) != 0)
    return refuse(message, SOUP_STATUS_EXPECTATION_FAILED, "nothing is to be expected");
  if (!is_one_of(soup_server_message_get_method(message), route.methods)) {
    const std::string methods(route.methods);
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Allow", methods.c_str());
    return refuse(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "only " + methods);
  }
  // libsoup joins duplicate headers with ", "
  const char* host = soup_message_headers_get_list(headers, "Host");
  if (!host || !host_allowed(host) || std::strchr(host, ','))
    return refuse(message, SOUP_STATUS_FORBIDDEN, "this Host is not served; open the address that cv-launch printed");
  if (certificate_ && !line_of(message).secure) return send_to_https(message, host, route.socket);
  // the reply to many overlapping ranges can be 16,000 times as large as the request
  soup_message_headers_remove(headers, "Range");
  if (!route.socket) return;
  const char* origin = soup_message_headers_get_list(headers, "Origin");
  if (!origin || !origins_.origin_allowed(origin, host, loopback_))
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
  const std::string address = request_of(message).address;
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
  if (access_.rights_of(given + kBearer.size()).view) return true;
  wrong_tokens_.add(address, now);
  return false;
}

void Server::serve_figures(SoupServerMessage* message, bool all) {
  if (!may_know(message)) {
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "WWW-Authenticate", "Bearer");
    return refuse(
        message, SOUP_STATUS_UNAUTHORIZED,
        "only this machine may ask, and through no proxy, or who has the server's token: Authorization: Bearer TOKEN");
  }
  const std::string ailment = all ? "" : events_.ailment();
  if (!ailment.empty()) return refuse(message, SOUP_STATUS_SERVICE_UNAVAILABLE, ailment);
  const std::string text = all ? events_.metrics() : "ok\n";
  soup_server_message_set_status(message, SOUP_STATUS_OK, nullptr);
  soup_server_message_set_response(message,
                                   all ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain; charset=utf-8",
                                   SOUP_MEMORY_COPY, text.data(), text.size());
}

void Server::serve(SoupServerMessage* message, const char* path) {
  if (std::strcmp(path, "/healthz") == 0) return serve_figures(message, false);
  if (std::strcmp(path, "/metrics") == 0) return serve_figures(message, true);
  const PageFile* file = files_.find(std::strcmp(path, "/") == 0 ? "/index.html" : path);
  if (!file) return refuse(message, SOUP_STATUS_NOT_FOUND, "not found");
  soup_server_message_set_status(message, SOUP_STATUS_OK, nullptr);
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  soup_message_headers_replace(headers, "Content-Type", file->type);
  GBytes* body = file->plain.get();
  SoupMessageHeaders* asked = soup_server_message_get_request_headers(message);
  if (origins_.has_other_sites()) {
    soup_message_headers_append(headers, "Vary", "Origin");
    const char* origin = soup_message_headers_get_list(asked, "Origin");
    if (origin && origins_.is_other_site(origin))
      soup_message_headers_replace(headers, "Access-Control-Allow-Origin", origin);
  }
  if (file->gzip) {
    soup_message_headers_append(headers, "Vary", "Accept-Encoding");
    if (takes_gzip(soup_message_headers_get_list(asked, "Accept-Encoding"))) {
      soup_message_headers_replace(headers, "Content-Encoding", "gzip");
      body = file->gzip.get();
    }
  }
  soup_message_body_append_bytes(soup_server_message_get_response_body(message), body);
}

Request Server::request_of(SoupServerMessage* message) const {
  Request request;
  GUri* uri = soup_server_message_get_uri(message);
  request.path = g_uri_get_path(uri);
  if (const char* query = g_uri_get_query(uri)) {
    g_autoptr(GHashTable) fields = soup_form_decode(query);
    GHashTableIter iterator;
    gpointer name = nullptr;
    gpointer value = nullptr;
    g_hash_table_iter_init(&iterator, fields);
    while (g_hash_table_iter_next(&iterator, &name, &value))
      request.query[static_cast<const char*>(name)] = static_cast<const char*>(value);
  }
  if (const char* address = soup_server_message_get_remote_host(message)) request.address = address;
  // whoever is not on this machine could write there what it likes
  if (origins_.proxied() && is_loopback(request.address)) {
    const char* by = soup_message_headers_get_list(soup_server_message_get_request_headers(message), "X-Forwarded-For");
    const std::string last = by ? last_of(by) : "";
    if (g_hostname_is_ip_address(last.c_str())) request.address = last;
  }
  return request;
}

void Server::open_peer(SoupServerMessage* message, SoupWebsocketConnection* connection) {
  // This is no request any more: from here on the viewer has deadlines of its own.
  g_object_set_data(G_OBJECT(message), kGuard, nullptr);
  soup_websocket_connection_set_max_incoming_payload_size(connection, kMaxRead);
  soup_websocket_connection_set_keepalive_interval(connection, whole_seconds(deadlines().keepalive));
  const auto peer = std::make_shared<Peer>(connection, line_of(message).socket.get(), request_of(message));
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
  peer->send(protocol::encode(protocol::ServerSignal(error)));
  peer->close(SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, error.code, Peer::kStranger);
}
