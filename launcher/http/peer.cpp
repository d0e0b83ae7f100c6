// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

std::optional<double> Request::downlink() const {
  constexpr guint64 kMost = 1'000'000'000'000;
  const auto found = query.find("downlink");
  guint64 bits = 0;
  if (found == query.end() || !g_ascii_string_to_unsigned(found->second.c_str(), 10, 1, kMost, &bits, nullptr))
    return std::nullopt;
  return static_cast<double>(bits);
}

Peer::Peer(SoupWebsocketConnection* connection, GSocket* socket, Request request)
    : connection_(static_cast<SoupWebsocketConnection*>(g_object_ref(connection))),
      socket_(static_cast<GSocket*>(g_object_ref(socket))),
      request_(std::move(request)) {}

Peer::~Peer() {
  for (const auto handler : handlers_) g_signal_handler_disconnect(connection_.get(), handler);
}

void Peer::send(const std::string& text) {
  if (soup_websocket_connection_get_state(connection_.get()) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text(connection_.get(), text.c_str());
}

void Peer::send_bytes(GBytes* bytes) {
  if (soup_websocket_connection_get_state(connection_.get()) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_message(connection_.get(), SOUP_WEBSOCKET_DATA_BINARY, bytes);
}

void Peer::close(unsigned short code, const std::string& reason, guint patience) {
  if (soup_websocket_connection_get_state(connection_.get()) != SOUP_WEBSOCKET_STATE_OPEN) return;
  soup_websocket_connection_close(connection_.get(), code, reason.c_str());
  deadline_.once(patience, [this] { g_socket_shutdown(socket_.get(), TRUE, TRUE, nullptr); });
}

void Peer::refuse(const protocol::Error& error, guint patience) {
  send(protocol::encode(protocol::ServerSignal(error)));
  close(error.code == "shutdown" ? SOUP_WEBSOCKET_CLOSE_GOING_AWAY : SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, error.code,
        patience);
}

std::uint64_t Peer::received() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  return getsockopt(g_socket_get_fd(socket_.get()), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_bytes_received
                                                                                              : 0;
}

void Peer::limit_received() {
  if (allowance_.exceeded(received(), static_cast<double>(g_get_monotonic_time()) / 1e6))
    g_socket_shutdown(socket_.get(), TRUE, TRUE, nullptr);
}
