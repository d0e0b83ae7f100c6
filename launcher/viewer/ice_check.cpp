// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ice_check.h"

#include <gio/gio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/glib_ptr.h"
#include "base/user_error.h"

namespace {

constexpr unsigned kTimeoutSeconds = 2;
constexpr unsigned kTries = 3;  // UDP loses packets
constexpr std::size_t kLargest = 2048;
constexpr unsigned kUnauthorized = 401;

class Server {
 public:
  explicit Server(const IceServer& server) : name_(server.url()), tcp_(server.tcp) {
    const GObjectPtr<GSocketClient> client(g_socket_client_new());
    if (!tcp_) g_socket_client_set_socket_type(client.get(), G_SOCKET_TYPE_DATAGRAM);
    if (!tcp_) g_socket_client_set_protocol(client.get(), G_SOCKET_PROTOCOL_UDP);
    g_socket_client_set_timeout(client.get(), kTimeoutSeconds);
    g_socket_client_set_enable_proxy(client.get(), FALSE);
    g_autoptr(GError) error = nullptr;
    plain_.reset(g_socket_client_connect_to_host(client.get(), server.host.c_str(), static_cast<guint16>(server.port),
                                                 nullptr, &error));
    if (!plain_) fail(error->message);
    stream_.reset(G_IO_STREAM(g_object_ref(plain_.get())));
    if (server.kind == IceServer::Kind::kTurns) begin_tls(server);
  }

  // A request and its reply.
  stun::Reply ask(stun::Method method, const std::vector<std::uint8_t>& request, const stun::Transaction& transaction) {
    g_autoptr(GError) error = nullptr;
    const gint64 end = g_get_monotonic_time() + gint64{kTries * kTimeoutSeconds} * G_USEC_PER_SEC;
    for (unsigned i = 0; i < (tcp_ ? 1 : kTries); ++i) {
      g_clear_error(&error);
      GOutputStream* output = g_io_stream_get_output_stream(stream_.get());
      if (!g_output_stream_write_all(output, request.data(), request.size(), nullptr, nullptr, &error)) continue;
      // who sends something else all the time is no such server either
      while (const std::size_t size = g_get_monotonic_time() < end ? read(&error) : 0)
        if (const auto reply = stun::parse_reply({bytes_.data(), size}, method, transaction)) return *reply;
    }
    fail(error ? error->message : "it closes the connection");
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw UserError(name_ + ": no such server answers: " + why + "; is it there, and does a firewall let it through?");
  }
  const std::string& name() const { return name_; }

  std::string address() const {
    const GObjectPtr<GSocketAddress> remote(g_socket_connection_get_remote_address(plain_.get(), nullptr));
    if (!remote) fail("it has gone");
    return take_string(
        g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(remote.get()))));
  }

 private:
  // Whether browsers trust its certificate is theirs to say: their authorities may be others.
  void begin_tls(const IceServer& server) {
    const GObjectPtr<GSocketConnectable> identity(g_network_address_new(server.host.c_str(), 0));
    g_autoptr(GError) error = nullptr;
    GIOStream* tls = g_tls_client_connection_new(stream_.get(), identity.get(), &error);
    if (!tls) fail(error->message);
    stream_.reset(tls);
    g_signal_connect(
        tls, "accept-certificate",
        G_CALLBACK(+[](GTlsConnection*, GTlsCertificate*, GTlsCertificateFlags) -> gboolean { return TRUE; }), nullptr);
    if (!g_tls_connection_handshake(G_TLS_CONNECTION(tls), nullptr, &error)) fail(error->message);
  }

  // One message; 0: none came.
  std::size_t read(GError** error) {
    GInputStream* input = g_io_stream_get_input_stream(stream_.get());
    g_clear_error(error);
    if (!tcp_) {
      const gssize size = g_input_stream_read(input, bytes_.data(), bytes_.size(), nullptr, error);
      return size > 0 ? static_cast<std::size_t>(size) : 0;
    }
    gsize had = 0;
    if (!g_input_stream_read_all(input, bytes_.data(), stun::kHeader, &had, nullptr, error) || had < stun::kHeader)
      return 0;
    const auto size = stun::size_of({bytes_.data(), had});
    if (!size || *size > bytes_.size()) return 0;
    const gsize rest = *size - stun::kHeader;
    // true at the end of the stream too
    if (!g_input_stream_read_all(input, bytes_.data() + stun::kHeader, rest, &had, nullptr, error) || had < rest)
      return 0;
    return *size;
  }

  const std::string name_;
  const bool tcp_;
  GObjectPtr<GSocketConnection> plain_;
  GObjectPtr<GIOStream> stream_;
  std::array<std::uint8_t, kLargest> bytes_{};
};

stun::Transaction random_transaction() {
  stun::Transaction transaction{};
  if (getentropy(transaction.data(), transaction.size()) != 0) throw UserError("the system gives no random bytes");
  return transaction;
}

// An address that relays, which is given back at once.
void check_turn(Server& server, const stun::Login& login) {
  auto transaction = random_transaction();
  auto reply = server.ask(stun::Method::kAllocate, stun::request(stun::Method::kAllocate, transaction), transaction);
  const stun::Challenge challenge = reply.challenge;
  if (reply.error == kUnauthorized && !challenge.nonce.empty()) {
    transaction = random_transaction();
    reply = server.ask(stun::Method::kAllocate, stun::request(stun::Method::kAllocate, transaction, login, challenge),
                       transaction);
  }
  if (reply.error == kUnauthorized)
    throw UserError(server.name() +
                    ": it does not take what it is told of us: the secret, or user and password, are "
                    "not the server's (coturn: static-auth-secret with use-auth-secret, or user)");
  if (reply.error != 0)
    throw UserError(server.name() + ": it relays nothing for us: " + std::to_string(reply.error) + " " + reply.reason);
  transaction = random_transaction();
  server.ask(stun::Method::kRefresh, stun::request(stun::Method::kRefresh, transaction, login, challenge), transaction);
}

}  // namespace

std::string check_ice_server(const IceServer& options, const stun::Login& login) {
  Server server(options);
  if (options.kind != IceServer::Kind::kStun) {
    check_turn(server, login);
    return server.address();
  }
  const auto transaction = random_transaction();
  const auto reply =
      server.ask(stun::Method::kBinding, stun::request(stun::Method::kBinding, transaction), transaction);
  if (reply.error != 0) server.fail(std::to_string(reply.error) + " " + reply.reason);
  return server.address();
}

Ice checked_ice(const IceOptions& options, std::vector<std::string> addresses) {
  Ice ice{.addresses = std::move(addresses),
          .servers = options.servers,
          .credentials = {},
          .udp_ports = options.udp_ports,
          .public_address = options.public_address};
  const auto is_turn = [](const IceServer& server) { return server.kind != IceServer::Kind::kStun; };
  ice.credentials = TurnCredentials::find(options.turn_file, std::ranges::any_of(ice.servers, is_turn));
  const auto login = ice.credentials.login(g_get_real_time() / G_USEC_PER_SEC, "start");
  for (auto& server : ice.servers) server.address = check_ice_server(server, login);
  return ice;
}
