// SPDX-License-Identifier: LGPL-2.1-or-later
#include "replies.h"

#include <string_view>
#include <utility>

namespace {

constexpr const char* kLine = "cv-line";
constexpr const char* kPolicy = "Content-Security-Policy";
constexpr std::string_view kNoFrames = "frame-ancestors 'none'; ";

}  // namespace

// libsoup (3.2 to 3.7) knows no socket of a connection that it has not taken itself, but keeps the address that it is
// given with it.
void serve_line(SoupServer* server, Listener::Line line) {
  const GObjectPtr<GSocketAddress> local(g_socket_get_local_address(line.socket.get(), nullptr));
  const GObjectPtr<GSocketAddress> remote(g_socket_get_remote_address(line.socket.get(), nullptr));
  if (!local || !remote) return;  // it has gone already
  GIOStream* stream = line.stream.get();
  g_object_set_data_full(G_OBJECT(remote.get()), kLine, new Listener::Line(std::move(line)),
                         [](gpointer data) { delete static_cast<Listener::Line*>(data); });
  soup_server_accept_iostream(server, stream, local.get(), remote.get(), nullptr);
}

const Listener::Line& line_of(SoupServerMessage* message) {
  GSocketAddress* address = soup_server_message_get_remote_address(message);
  return *static_cast<Listener::Line*>(g_object_get_data(G_OBJECT(address), kLine));
}

// libsoup closes a connection on this thread, and for TLS that writes a last record: it must not wait until a client
// that reads nothing reads that.
void prepare_close(SoupServerMessage* message) {
  GSocket* socket = line_of(message).socket.get();
  if (g_socket_condition_check(socket, G_IO_OUT) != G_IO_OUT) g_socket_shutdown(socket, TRUE, TRUE, nullptr);
}

void add_headers(SoupServerMessage* message) {
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  // On a kept-alive connection libsoup reports a request only when its whole first line has come, so until then no
  // deadline would run. Before 3.3 libsoup also leaks a descriptor for each kept-alive request.
  soup_message_headers_replace(headers, "Connection", "close");
  soup_message_headers_replace(headers, "Content-Security-Policy",
                               "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                               "media-src 'self' blob:; img-src 'self'; frame-ancestors 'none'; base-uri 'none'");
  soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_replace(headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace(headers, "Cross-Origin-Resource-Policy", "same-origin");
  soup_message_headers_replace(headers, "Cache-Control", "no-store");
}

// Not by "*", which stands for pages by http and https only: an editor's have other schemes.
void allow_frames(SoupServerMessage* message) {
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  std::string policy = soup_message_headers_get_one(headers, kPolicy);
  policy.erase(policy.find(kNoFrames), kNoFrames.size());
  soup_message_headers_replace(headers, kPolicy, policy.c_str());
}

void refuse(SoupServerMessage* message, guint status, const std::string& text) {
  soup_server_message_set_status(message, status, nullptr);
  const std::string line = text + "\n";
  soup_server_message_set_response(message, "text/plain; charset=utf-8", SOUP_MEMORY_COPY, line.data(), line.size());
}

void reply_text(SoupServerMessage* message, const char* type, const std::string& text) {
  soup_server_message_set_status(message, SOUP_STATUS_OK, nullptr);
  soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, text.data(), text.size());
}

void refuse_who_asks(SoupServerMessage* message) {
  soup_message_headers_replace(soup_server_message_get_response_headers(message), "WWW-Authenticate", "Bearer");
  refuse(message, SOUP_STATUS_UNAUTHORIZED,
         "only this machine may ask, and through no proxy, or who has the server's token: Authorization: Bearer TOKEN");
}

// libsoup (3.2 to 3.7) replies only after it has read and stored the whole body. So we write the reply to the socket
// ourselves. The rest of the body is thrown away until the client closes the connection or the deadline comes.
void refuse_body(SoupServerMessage* message) {
  static constexpr std::string_view kReply =
      "HTTP/1.1 413 Request Entity Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  soup_server_message_set_status(message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, nullptr);
  GOutputStream* output = g_io_stream_get_output_stream(line_of(message).stream.get());
  g_pollable_output_stream_write_nonblocking(G_POLLABLE_OUTPUT_STREAM(output), kReply.data(), kReply.size(), nullptr,
                                             nullptr);
  g_socket_shutdown(line_of(message).socket.get(), FALSE, TRUE, nullptr);
}

// Not for good (307 is not kept): without a certificate the same address is http:// again. What stands behind # goes
// along.
void send_to_https(SoupServerMessage* message, const std::string& host, bool socket) {
  if (socket) return refuse(message, SOUP_STATUS_FORBIDDEN, "this server speaks TLS: wss:// instead of ws://");
  GUri* uri = soup_server_message_get_uri(message);
  const char* query = g_uri_get_query(uri);
  const std::string address = "https://" + host + g_uri_get_path(uri) + (query ? "?" : "") + (query ? query : "");
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  soup_message_headers_replace(headers, "Location", address.c_str());
  refuse(message, SOUP_STATUS_TEMPORARY_REDIRECT, "this server speaks TLS: " + address);
}

void send_to_folder(SoupServerMessage* message, const std::string& name) {
  const char* query = g_uri_get_query(soup_server_message_get_uri(message));
  const std::string address = name + "/" + (query ? "?" : "") + (query ? query : "");
  soup_message_headers_replace(soup_server_message_get_response_headers(message), "Location", address.c_str());
  refuse(message, SOUP_STATUS_TEMPORARY_REDIRECT, "this stream's page: " + address);
}
