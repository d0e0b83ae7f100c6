// SPDX-License-Identifier: LGPL-2.1-or-later
#include "whip_session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/user_error.h"

namespace {

constexpr guint kTimeoutSeconds = 10;
constexpr gsize kLargest = 256 * 1024;
constexpr unsigned kMostRedirects = 5;
constexpr std::chrono::seconds kLongestWait{300};
constexpr auto kFlags = static_cast<GUriFlags>(SOUP_HTTP_URI_FLAGS);
constexpr const char* kSdp = "application/sdp";
constexpr const char* kFragment = "application/trickle-ice-sdpfrag";

using Uri = std::unique_ptr<GUri, Deleter<g_uri_unref>>;

Uri parse(const std::string& url) {
  return Uri(g_uri_parse(url.c_str(), kFlags, nullptr));
}

bool is_http(const GUri* uri) {
  const std::string scheme = g_uri_get_scheme(const_cast<GUri*>(uri));
  const char* host = g_uri_get_host(const_cast<GUri*>(uri));
  return (scheme == "http" || scheme == "https") && host && *host;
}

bool is_encrypted(const std::string& url) {
  return url.starts_with("https:");
}

std::string header(SoupMessageHeaders* headers, const char* name) {
  const char* value = soup_message_headers_get_list(headers, name);
  return value ? value : "";
}

// Seconds, or a date (RFC 9110, 10.2.3).
std::chrono::seconds retry_after(const std::string& text) {
  gint64 seconds = 0;
  if (text.empty()) return {};
  if (!g_ascii_string_to_signed(text.c_str(), 10, 0, kLongestWait.count(), &seconds, nullptr)) {
    g_autoptr(GDateTime) date = soup_date_time_new_from_http_string(text.c_str());
    if (date)
      seconds = g_date_time_to_unix(date) - g_get_real_time() / G_USEC_PER_SEC;
    else if (g_ascii_isdigit(text.front()))
      seconds = kLongestWait.count();
  }
  return std::clamp(std::chrono::seconds(seconds), std::chrono::seconds(0), kLongestWait);
}

std::string words_of(const GError* error) {
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return "it has not answered for " + std::to_string(kTimeoutSeconds) + " s";
  return error->message;
}

// What it may mean, and what to do.
std::string meaning(unsigned status) {
  switch (status) {
    case SOUP_STATUS_UNAUTHORIZED:
    case SOUP_STATUS_FORBIDDEN:
      return "it wants a token, or another one (--publish-token-file)";
    case SOUP_STATUS_NOT_FOUND:
    case SOUP_STATUS_METHOD_NOT_ALLOWED:
      return "there is no WHIP endpoint at this address";
    case SOUP_STATUS_CONFLICT:
      return "somebody else publishes there";
    case SOUP_STATUS_NOT_ACCEPTABLE:
    case SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE:
    case SOUP_STATUS_UNPROCESSABLE_ENTITY:
      return "it does not take this stream";
    case SOUP_STATUS_MOVED_PERMANENTLY:
    case SOUP_STATUS_FOUND:
      return "a WHIP endpoint must redirect with 307 or 308 (RFC 9725); name the address that it leads to";
    default:
      return status >= 500 ? "it is in trouble" : "";
  }
}

}  // namespace

std::string whip_endpoint(const std::string& option, const std::string& text) {
  const Uri uri = parse(text);
  if (!uri || !is_http(uri.get()))
    throw UserError(option + "=" + origin_of(text) + ": write the address of a WHIP endpoint: https://host/path");
  if (g_uri_get_userinfo(uri.get()))
    throw UserError(option + "=" + origin_of(text) +
                    ": no name or password in it; the token is in the file of --publish-token-file");
  return text;
}

std::string origin_of(const std::string& url) {
  const Uri uri = parse(url);
  if (!uri || !is_http(uri.get())) return url;
  const std::string host = g_uri_get_host(uri.get());
  const int port = g_uri_get_port(uri.get());
  const char* scheme = g_uri_get_scheme(uri.get());
  const bool usual = port < 0 || port == (is_encrypted(url) ? 443 : 80);
  return std::string(scheme) + "://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") +
         (usual ? "" : ":" + std::to_string(port));
}

// A request, until its reply has come.
struct WhipSession::Exchange {
  std::shared_ptr<WhipSession> session;
  Handle handle = nullptr;
  GObjectPtr<SoupMessage> message;
  GObjectPtr<GInputStream> stream;
  std::array<char, kLargest> body{};
};

WhipSession::WhipSession(std::string url, std::string token, Events events)
    : token_(std::move(token)),
      events_(std::move(events)),
      session_(soup_session_new_with_options("timeout", kTimeoutSeconds, "user-agent", "cv-launch/" CV_LAUNCH_VERSION,
                                             nullptr)),
      url_(std::move(url)) {}

void WhipSession::offer(const std::string& sdp) {
  sent_ = sdp;
  waiting_ = true;
  request("POST", url_, kSdp, sent_, &WhipSession::offered);
}

void WhipSession::trickle(const std::string& fragment) {
  if (!over_ && there_ && trickles_) request("PATCH", url_, kFragment, fragment, &WhipSession::trickled);
}

void WhipSession::end(std::function<void()> done) {
  if (std::exchange(over_, true)) return;
  events_ = {};
  done_ = std::move(done);
  if (!waiting_) remove();
}

void WhipSession::remove() {
  if (there_) return request("DELETE", url_, nullptr, "", &WhipSession::ended);
  ended({});
}

void WhipSession::request(const char* method, const std::string& url, const char* type, const std::string& body,
                          Handle handle) {
  auto exchange = std::make_unique<Exchange>();
  exchange->session = shared_from_this();
  exchange->handle = handle;
  exchange->message.reset(soup_message_new_from_uri(method, parse(url).get()));
  SoupMessage* message = exchange->message.get();
  // it would not send a POST again
  soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT);
  SoupMessageHeaders* headers = soup_message_get_request_headers(message);
  if (!token_.empty()) soup_message_headers_replace(headers, "Authorization", ("Bearer " + token_).c_str());
  if (type == kFragment && !etag_.empty()) soup_message_headers_replace(headers, "If-Match", etag_.c_str());
  if (type) {
    g_autoptr(GBytes) bytes = g_bytes_new(body.data(), body.size());
    soup_message_set_request_body_from_bytes(message, type, bytes);
  }
  soup_session_send_async(session_.get(), message, G_PRIORITY_DEFAULT, nullptr, take_reply, exchange.release());
}

void WhipSession::take_reply(GObject* session, GAsyncResult* result, gpointer data) {
  std::unique_ptr<Exchange> exchange(static_cast<Exchange*>(data));
  g_autoptr(GError) error = nullptr;
  exchange->stream.reset(soup_session_send_finish(SOUP_SESSION(session), result, &error));
  if (!exchange->stream) return finish(std::move(exchange), words_of(error));
  auto* to = exchange.get();
  g_input_stream_read_all_async(to->stream.get(), to->body.data(), to->body.size(), G_PRIORITY_DEFAULT, nullptr,
                                take_body, exchange.release());
}

void WhipSession::take_body(GObject* stream, GAsyncResult* result, gpointer data) {
  std::unique_ptr<Exchange> exchange(static_cast<Exchange*>(data));
  g_autoptr(GError) error = nullptr;
  gsize size = 0;
  if (!g_input_stream_read_all_finish(G_INPUT_STREAM(stream), result, &size, &error))
    return finish(std::move(exchange), words_of(error));
  if (size == kLargest) return finish(std::move(exchange), "its reply is too long");
  exchange->body[size] = '\0';
  finish(std::move(exchange), "");
}

void WhipSession::finish(std::unique_ptr<Exchange> exchange, const std::string& error) {
  Reply reply;
  SoupMessage* message = exchange->message.get();
  if (!error.empty()) {
    const bool untrusted = soup_message_get_tls_peer_certificate_errors(message) != 0;
    reply.error = error + (untrusted ? ": this machine does not trust who has signed it, or it is for "
                                       "another host or time"
                                     : "");
  } else {
    SoupMessageHeaders* headers = soup_message_get_response_headers(message);
    reply.status = soup_message_get_status(message);
    reply.reason = soup_message_get_reason_phrase(message) ? soup_message_get_reason_phrase(message) : "";
    const char* type = soup_message_headers_get_content_type(headers, nullptr);
    reply.type = type ? type : "";
    reply.body = exchange->body.data();
    reply.etag = header(headers, "ETag");
    reply.link = header(headers, "Link");
    reply.retry_after = retry_after(header(headers, "Retry-After"));
    const std::string location = header(headers, "Location");
    const Uri target(location.empty()
                         ? nullptr
                         : g_uri_parse_relative(soup_message_get_uri(message), location.c_str(), kFlags, nullptr));
    if (target && is_http(target.get())) reply.location = take_string(g_uri_to_string(target.get()));
  }
  const auto session = exchange->session;
  const Handle handle = exchange->handle;
  exchange.reset();
  (*session.*handle)(reply);
}

void WhipSession::offered(const Reply& reply) {
  if (!over_ && (reply.status == SOUP_STATUS_TEMPORARY_REDIRECT || reply.status == SOUP_STATUS_PERMANENT_REDIRECT))
    return follow(reply);
  waiting_ = false;
  const bool created = reply.status == SOUP_STATUS_CREATED || reply.status == SOUP_STATUS_OK;
  const bool safe = !reply.location.empty() && (is_encrypted(reply.location) || !is_encrypted(url_));
  if (created && safe) {
    there_ = true;
    url_ = reply.location;
    etag_ = reply.etag;
  }
  if (over_) return remove();
  if (!reply.error.empty()) return fail(reply.error);
  if (!created) {
    const std::string why = meaning(reply.status);
    return fail(std::to_string(reply.status) + " " + reply.reason + (why.empty() ? "" : ": " + why), reply.retry_after);
  }
  if (reply.type != kSdp)
    return fail("it answers with " + (reply.type.empty() ? "nothing" : reply.type) + " instead of " + kSdp +
                ", so it is no WHIP endpoint");
  // without a session's address it could neither be told of candidates nor of the end
  if (!there_) return fail("its answer has no Location that could be used, so it is no WHIP endpoint (RFC 9725, 4.2)");
  const auto answered = events_.answered;  // end(), in there, forgets it
  answered({reply.body, ice_links(reply.link)});
}

// The token goes along: it is for the service, which may have many machines.
void WhipSession::follow(const Reply& reply) {
  waiting_ = false;
  if (reply.location.empty()) return fail("it redirects to nowhere");
  if (is_encrypted(url_) && !is_encrypted(reply.location))
    return fail("it redirects to " + origin_of(reply.location) + ", where nothing would be encrypted");
  if (++redirects_ > kMostRedirects) return fail("it redirects again and again");
  url_ = reply.location;
  offer(sent_);
}

void WhipSession::trickled(const Reply& reply) {
  if (over_ || (reply.status >= 200 && reply.status < 300)) return;
  trickles_ = false;
  g_info("the WHIP endpoint takes no candidates that come later (%s)",
         reply.error.empty() ? (std::to_string(reply.status) + " " + reply.reason).c_str() : reply.error.c_str());
}

void WhipSession::ended(const Reply& reply) {
  there_ = false;
  if (!reply.error.empty()) g_info("the WHIP endpoint could not be told of the end: %s", reply.error.c_str());
  if (const auto done = std::exchange(done_, nullptr)) done();
}

void WhipSession::fail(const std::string& message, std::chrono::seconds retry_after) {
  const auto failed = events_.failed;  // the same
  if (failed) failed({message, retry_after});
}
