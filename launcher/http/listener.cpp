// SPDX-License-Identifier: LGPL-2.1-or-later
#include "listener.h"

#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

#include "access.h"
#include "base/deadlines.h"
#include "base/user_error.h"

namespace {

constexpr int kBacklog = 128;
constexpr guint kRetryMs = 100;
// Descriptors that are not for connections: GLib ends a program that has none left.
constexpr int kSpare = 64;
// Those who have not shown what they want, from one network and in all.
constexpr std::size_t kArrivalsOfOne = 64;
constexpr std::size_t kArrivals = 256;
// Each handshake that is not over holds a thread. GLib has ten for such work, and makes more only slowly.
constexpr std::size_t kHandshakesOfOne = 4;
constexpr std::size_t kHandshakes = 16;
constexpr unsigned char kTlsHandshake = 22;  // RFC 8446, 5.1; no method of HTTP begins with it

// A new descriptor is the lowest that is free.
bool too_many_open(GSocket* socket) {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
         g_socket_get_fd(socket) + kSpare >= static_cast<int>(std::min<rlim_t>(limit.rlim_cur, G_MAXINT));
}

GObjectPtr<GIOStream> stream_of(GSocket* socket) {
  return GObjectPtr<GIOStream>(G_IO_STREAM(g_socket_connection_factory_create_connection(socket)));
}

}  // namespace

// A connection that has not been handed over.
struct Listener::Arrival {
  explicit Arrival(GSocket* connected) : socket(connected) {}
  ~Arrival() { forget(); }
  Arrival(const Arrival&) = delete;
  Arrival& operator=(const Arrival&) = delete;

  void forget() {
    if (source != 0) g_source_remove(std::exchange(source, 0));
  }
  void cut() const { g_socket_shutdown(socket.get(), TRUE, TRUE, nullptr); }

  GObjectPtr<GSocket> socket;
  std::string network;
  guint source = 0;
  Timer deadline;
};

// For callbacks that may come when the arrival has gone, and the listener with it.
struct Listener::Context {
  Listener* listener;
  std::weak_ptr<Arrival> arrival;
};

Listener::Listener(Taker taker, const Certificate* certificate)
    : taker_(std::move(taker)),
      certificate_(certificate),
      room_(kArrivalsOfOne, kArrivals),
      handshakes_(kHandshakesOfOne, kHandshakes) {}

Listener::~Listener() {
  stop();
}

void Listener::listen(const std::string& host, unsigned port) {
  const GObjectPtr<GInetAddress> ip(g_inet_address_new_from_string(host == "localhost" ? "127.0.0.1" : host.c_str()));
  if (!ip)
    throw UserError("--host " + host + ": not an IP address; use 127.0.0.1 for this machine only, 0.0.0.0 for all");
  const GObjectPtr<GSocketAddress> address(g_inet_socket_address_new(ip.get(), static_cast<guint16>(port)));
  g_autoptr(GError) error = nullptr;
  socket_.reset(g_socket_new(g_inet_address_get_family(ip.get()), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error));
  if (socket_) {
    g_socket_set_blocking(socket_.get(), FALSE);
    g_socket_set_listen_backlog(socket_.get(), kBacklog);
    if (g_inet_address_get_family(ip.get()) == G_SOCKET_FAMILY_IPV6)
      g_socket_set_option(socket_.get(), IPPROTO_IPV6, IPV6_V6ONLY, TRUE, nullptr);
    if (g_socket_bind(socket_.get(), address.get(), TRUE, &error) && g_socket_listen(socket_.get(), &error))
      return watch();
  }
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    throw UserError("port " + std::to_string(port) + " on " + host + " is in use; choose another with --port=" +
                    std::to_string(port < 65535 ? port + 1 : port - 1) + ", or any free one with --port=0");
  throw UserError("can't listen on " + host + " port " + std::to_string(port) + ": " + error->message);
}

unsigned Listener::port() const {
  const GObjectPtr<GSocketAddress> address(socket_ ? g_socket_get_local_address(socket_.get(), nullptr) : nullptr);
  return address ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address.get())) : 0;
}

void Listener::stop() {
  if (source_ != 0) g_source_remove(std::exchange(source_, 0));
  retry_.stop();
  while (!arrivals_.empty()) drop(std::shared_ptr(*arrivals_.begin()));
  if (socket_) g_socket_close(socket_.get(), nullptr);
}

void Listener::watch() {
  source_ = g_unix_fd_add(
      g_socket_get_fd(socket_.get()), G_IO_IN,
      [](int, GIOCondition, gpointer self) -> gboolean {
        return static_cast<Listener*>(self)->accept() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
      },
      this);
}

bool Listener::accept() {
  g_autoptr(GError) error = nullptr;
  GSocket* socket = g_socket_accept(socket_.get(), nullptr, &error);
  if (!socket && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) return true;  // it has gone again
  if (!socket) {
    // no descriptors are left, which must not keep us busy
    source_ = 0;
    retry_.once(kRetryMs, [this] { watch(); });
    return false;
  }
  // a frame does not wait until the one before it has been acknowledged (Nagle's algorithm)
  g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, nullptr);
  const auto arrival = std::make_shared<Arrival>(socket);
  if (too_many_open(socket)) return true;
  if (!certificate_) {
    hand_over(socket, stream_of(socket).get(), false);
    return true;
  }
  const GObjectPtr<GSocketAddress> remote(g_socket_get_remote_address(socket, nullptr));
  if (!remote) return true;
  arrival->network = network_of(
      take_string(g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(remote.get())))));
  const auto [taken, leaves] = room_.enter(arrival.get(), arrival->network);
  if (leaves) {
    const auto other =
        std::ranges::find_if(arrivals_, [guest = leaves](const auto& one) { return one.get() == guest; });
    if (other != arrivals_.end()) drop(std::shared_ptr(*other));
  }
  if (!taken) return true;
  arrivals_.insert(arrival);
  arrival->deadline.once(static_cast<guint>(deadlines().request.count()), [this, weak = std::weak_ptr(arrival)] {
    if (const auto held = weak.lock()) drop(held);
  });
  arrival->source = g_unix_fd_add_full(
      G_PRIORITY_DEFAULT, g_socket_get_fd(socket), G_IO_IN,
      [](int, GIOCondition, gpointer data) -> gboolean {
        const auto* context = static_cast<Context*>(data);
        const auto held = context->arrival.lock();
        if (held) held->source = 0;
        if (held) context->listener->look_at(held);
        return G_SOURCE_REMOVE;
      },
      new Context{this, arrival}, [](gpointer data) { delete static_cast<Context*>(data); });
  return true;
}

// It has said something, or has gone.
void Listener::look_at(const std::shared_ptr<Arrival>& arrival) {
  unsigned char first = 0;
  if (recv(g_socket_get_fd(arrival->socket.get()), &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1) return drop(arrival);
  if (first == kTlsHandshake) {
    waiting_.push_back(arrival);
    return begin_handshakes();
  }
  release(arrival);
  hand_over(arrival->socket.get(), stream_of(arrival->socket.get()).get(), false);
}

void Listener::begin_handshakes() {
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    const auto arrival = *next;
    const auto [taken, leaves] = handshakes_.enter(arrival.get(), arrival->network);
    if (leaves) static_cast<const Arrival*>(leaves)->cut();
    next = taken ? waiting_.erase(next) : next + 1;
    if (taken) handshake(arrival);
  }
}

void Listener::handshake(const std::shared_ptr<Arrival>& arrival) {
  static constexpr std::array<const char*, 2> kProtocols{"http/1.1", nullptr};
  // Without a database of authorities, which is for clients' certificates: reading it takes 20 ms each time. HTTP tells
  // where a message ends.
  auto* tls = static_cast<GTlsConnection*>(g_initable_new(
      g_tls_backend_get_server_connection_type(g_tls_backend_get_default()), nullptr, nullptr, "base-io-stream",
      stream_of(arrival->socket.get()).get(), "certificate", certificate_->get(), "database", nullptr,
      "require-close-notify", FALSE, "advertised-protocols", kProtocols.data(), nullptr));
  if (!tls) return arrival->cut();
  g_tls_connection_handshake_async(
      tls, G_PRIORITY_DEFAULT, nullptr,
      [](GObject* source, GAsyncResult* result, gpointer data) {
        const std::unique_ptr<Context> context(static_cast<Context*>(data));
        const GObjectPtr<GIOStream> done(G_IO_STREAM(source));
        const bool secure = g_tls_connection_handshake_finish(G_TLS_CONNECTION(source), result, nullptr);
        const auto held = context->arrival.lock();
        if (!held) return;  // it was dropped, and perhaps the listener has ended too
        if (!secure) return context->listener->drop(held);
        context->listener->release(held);
        context->listener->hand_over(held->socket.get(), done.get(), true);
      },
      new Context{this, arrival});
}

// A handshake that goes on ends with its socket.
void Listener::drop(const std::shared_ptr<Arrival>& arrival) {
  arrival->cut();
  release(arrival);
}

void Listener::release(const std::shared_ptr<Arrival>& arrival) {
  arrival->forget();
  arrival->deadline.stop();
  room_.leave(arrival.get());
  handshakes_.leave(arrival.get());
  std::erase(waiting_, arrival);
  arrivals_.erase(arrival);
  begin_handshakes();
}

void Listener::hand_over(GSocket* socket, GIOStream* stream, bool secure) {
  Line line;
  line.socket.reset(static_cast<GSocket*>(g_object_ref(socket)));
  line.stream.reset(static_cast<GIOStream*>(g_object_ref(stream)));
  line.secure = secure;
  taker_(std::move(line));
}
