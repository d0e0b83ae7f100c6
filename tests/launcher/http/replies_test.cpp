// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/replies.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <string>

namespace {

// How long TLS waits for a client before it gives up. No machine is so slow that a reply takes as long.
constexpr guint kTimeoutSeconds = 10;

GObjectPtr<GTlsCertificate> certificate() {
  g_autofree char* pem = nullptr;
  g_autofree char* said = nullptr;
  g_spawn_command_line_sync(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test -keyout - -out -", &pem,
      &said, nullptr, nullptr);
  g_autoptr(GError) error = nullptr;
  GObjectPtr<GTlsCertificate> made(g_tls_certificate_new_from_pem(pem ? pem : "", -1, &error));
  if (!made) throw std::runtime_error(std::string("openssl: ") + (said ? said : "did not start"));
  return made;
}

GObjectPtr<GSocket> socket_of(int descriptor) {
  GObjectPtr<GSocket> socket(g_socket_new_from_fd(descriptor, nullptr));
  g_socket_set_blocking(socket.get(), FALSE);
  return socket;
}

void handshake(GIOStream* stream, bool* done) {
  g_tls_connection_handshake_async(
      G_TLS_CONNECTION(stream), G_PRIORITY_DEFAULT, nullptr,
      [](GObject* source, GAsyncResult* result, gpointer data) {
        EXPECT_TRUE(g_tls_connection_handshake_finish(G_TLS_CONNECTION(source), result, nullptr));
        *static_cast<bool*>(data) = true;
      },
      done);
}

// A client that asks for a reply of `size` bytes, and takes a little of it whenever the server can do nothing without
// that.
void serve_slow_client(SoupServer* server, GTlsCertificate* certificate, std::size_t size) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  const int smallest = 0;
  setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest);
  Listener::Line line;
  line.socket = socket_of(ends[0]);
  g_socket_set_timeout(line.socket.get(), kTimeoutSeconds);
  const GObjectPtr<GSocket> socket = socket_of(ends[1]);
  const GObjectPtr<GSocketConnection> near(g_socket_connection_factory_create_connection(line.socket.get()));
  const GObjectPtr<GSocketConnection> far(g_socket_connection_factory_create_connection(socket.get()));
  line.stream.reset(g_tls_server_connection_new(G_IO_STREAM(near.get()), certificate, nullptr));
  const GObjectPtr<GIOStream> client(g_tls_client_connection_new(G_IO_STREAM(far.get()), nullptr, nullptr));
  g_signal_connect(client.get(), "accept-certificate",
                   G_CALLBACK(+[](GTlsConnection*, GTlsCertificate*, GTlsCertificateFlags, gpointer) { return TRUE; }),
                   nullptr);
  bool served = false, connected = false;
  handshake(line.stream.get(), &served);
  handshake(client.get(), &connected);
  while (!served || !connected) g_main_context_iteration(nullptr, TRUE);

  const std::string request = "GET /" + std::to_string(size) + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
  ASSERT_TRUE(g_output_stream_write_all(g_io_stream_get_output_stream(client.get()), request.data(), request.size(),
                                        nullptr, nullptr, nullptr));
  const GObjectPtr<GIOStream> stream(static_cast<GIOStream*>(g_object_ref(line.stream.get())));
  serve_line(server, std::move(line));
  while (!g_io_stream_is_closed(stream.get())) {
    if (g_main_context_iteration(nullptr, FALSE)) continue;
    std::array<char, 64> little{};
    g_socket_receive(socket.get(), little.data(), little.size(), nullptr, nullptr);
  }
}

TEST(Replies, AClientThatReadsNothingHoldsUpNobodyAtTheEnd) {
  const GObjectPtr<SoupServer> server(static_cast<SoupServer*>(g_object_new(SOUP_TYPE_SERVER, nullptr)));
  soup_server_add_handler(
      server.get(), nullptr,
      [](SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer) {
        const std::string body(std::stoul(path + 1), 'x');
        soup_server_message_set_status(message, SOUP_STATUS_OK, nullptr);
        soup_server_message_set_response(message, "text/plain", SOUP_MEMORY_COPY, body.data(), body.size());
      },
      nullptr, nullptr);
  g_signal_connect(server.get(), "request-finished",
                   G_CALLBACK(+[](SoupServer*, SoupServerMessage* message, gpointer) { prepare_close(message); }),
                   nullptr);
  const GObjectPtr<GTlsCertificate> shown = certificate();
  for (std::size_t size = 100; size < 10'000; size += 100) {
    const gint64 start = g_get_monotonic_time();
    serve_slow_client(server.get(), shown.get(), size);
    ASSERT_LT(g_get_monotonic_time() - start, kTimeoutSeconds * G_USEC_PER_SEC) << size << " bytes";
  }
}

}  // namespace
