// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publisher.h"

#include <gio/gio.h>

#include <algorithm>
#include <sstream>

#include "base/deadlines.h"
#include "base/private_file.h"
#include "base/user_error.h"
#include "http/tokens.h"
#include "viewer/local_address.h"

namespace {

// Endpoints need not take candidates that come later. Those of this machine are there at once, a STUN server's after
// its answer.
constexpr guint kGatherMs = 1000;
constexpr guint kTrickleMs = 100;

std::string host_of(const std::string& url) {
  g_autoptr(GUri) uri = g_uri_parse(url.c_str(), G_URI_FLAGS_NONE, nullptr);
  const char* host = uri ? g_uri_get_host(uri) : nullptr;
  return host ? host : "";
}

// Whoever only reaches this machine needs no other address of it; others need all.
std::vector<std::string> addresses_for(const std::string& url) {
  return is_loopback(host_of(url)) ? media_addresses("127.0.0.1") : std::vector<std::string>{};
}

std::string read_token(const std::string& file) {
  if (file.empty()) return "";
  std::istringstream words(read_private("--publish-token-file", file));
  std::string token;
  std::string more;
  if (!(words >> token) || words >> more)
    throw UserError("--publish-token-file=" + file + ": write the token and nothing else");
  const auto fits = [](char c) { return g_ascii_isgraph(c); };
  if (!std::ranges::all_of(token, fits))
    throw UserError("--publish-token-file=" + file + ": a Bearer token has no such characters");
  return token;
}

std::optional<IceServer> server_of(const IceLink& link) try {
  if (link.url.starts_with("stun:")) return parse_stun(link.url);
  IceServer server = parse_turn(link.url);
  server.login = stun::Login{link.username, link.credential};
  return server;
} catch (const UserError& error) {
  g_info("the WHIP endpoint names a server that is not used: %s", error.what());
  return std::nullopt;
}

}  // namespace

Publisher::Publisher(const PublishOptions& options, const Output& output, Reaper& reaper, const Ice& ice, Events events)
    : options_(options),
      name_(origin_of(options.url)),
      output_(output),
      reaper_(reaper),
      ice_(ice),
      events_(std::move(events)) {
  ice_.addresses = addresses_for(options_.url);
  read_token(options_.token_file);
}

void Publisher::start() {
  if (!viewer_ && !retrying_.running() && !over_) begin();
}

void Publisher::begin() {
  std::string token;
  try {
    token = read_token(options_.token_file);  // it may be another one by now
  } catch (const UserError& error) {
    return retry(error.what());
  }
  offer_.clear();
  gathered_ = {};
  posted_ = answered_ = connected_ = false;
  session_ = std::make_shared<WhipSession>(
      options_.url, token,
      WhipSession::Events{
          .answered = [this](const WhipSession::Answer& answer) { answered(answer); },
          .failed = [this](const WhipSession::Failure& failure) { retry(failure.message, failure.retry_after); }});
  const unsigned number = events_.next_number();
  g_info("viewer %u is the WHIP endpoint", number);
  const WebrtcConnection::Events events{.signal = [this](const protocol::ServerSignal& message) { signal(message); },
                                        .failed = [this](const protocol::Error& error) { retry(error.message); },
                                        .stays = [this] { stays(); },
                                        .wants_socket = nullptr};
  const auto connection =
      std::make_shared<WebrtcConnection>(reaper_, number, events, WebrtcConnection::Kind::kEndpoint);
  connection_ = connection;
  Viewer::Events viewer_events;
  viewer_events.stream_info = events_.stream_info;
  viewer_ = std::make_shared<WebrtcViewer>(output_, "", std::move(viewer_events), connection);
  connection->start(ice_, std::nullopt);
}

void Publisher::signal(const protocol::ServerSignal& message) {
  if (const auto* offer = std::get_if<protocol::Offer>(&message)) {
    offer_ = offer->sdp;
    gathering_.once(kGatherMs, [this] { post(); });
  }
  const auto* candidate = std::get_if<protocol::Candidate>(&message);
  if (!candidate) return;
  // webrtcbin (1.22) also says so before the first one
  if (candidate->candidate.empty())
    gathered_.complete = posted_ || !gathered_.candidates.empty();
  else
    gathered_.candidates.push_back(candidate->candidate);
  if (posted_)
    trickle();
  else if (gathered_.complete && !offer_.empty())
    post();
}

void Publisher::post() {
  gathering_.stop();
  if (std::exchange(posted_, true)) return;
  session_->offer(with_candidates(offer_, std::exchange(gathered_, {})));
}

void Publisher::answered(const WhipSession::Answer& answer) {
  answered_ = true;
  for (const auto& link : answer.servers) add_server(link);
  const auto connection = connection_;
  connection->take_answer({answer.sdp});
  if (connection == connection_) trickle();  // else the answer has ended it
}

// From the next session on it is there from the beginning.
void Publisher::add_server(const IceLink& link) {
  auto server = server_of(link);
  if (!server || server->kind == IceServer::Kind::kTurns) return;
  const auto known = std::ranges::find_if(ice_.servers, [&](const auto& one) { return one.url() == server->url(); });
  if (known != ice_.servers.end()) {
    known->login = server->login;
    return;
  }
  struct Asked {
    Publisher* self;
    IceServer server;
    std::weak_ptr<WebrtcConnection> connection;
  };
  auto* asked = new Asked{this, *server, connection_};
  g_autoptr(GResolver) resolver = g_resolver_get_default();
  g_resolver_lookup_by_name_async(
      resolver, server->host.c_str(), nullptr,
      [](GObject* resolver, GAsyncResult* result, gpointer data) {
        const std::unique_ptr<Asked> asked(static_cast<Asked*>(data));
        g_autoptr(GError) error = nullptr;
        GList* found = g_resolver_lookup_by_name_finish(G_RESOLVER(resolver), result, &error);
        if (found) asked->server.address = take_string(g_inet_address_to_string(G_INET_ADDRESS(found->data)));
        g_resolver_free_addresses(found);
        if (error) g_info("the WHIP endpoint names a server that can't be found: %s", error->message);
        if (error || asked->self->over_) return;
        asked->self->ice_.servers.push_back(asked->server);
        const auto connection = asked->connection.lock();
        if (connection && asked->server.kind == IceServer::Kind::kTurn) connection->add_relay(asked->server);
      },
      asked);
}

// Those that come together go together.
void Publisher::trickle() {
  if (!answered_ || trickling_.running() || (gathered_.candidates.empty() && !gathered_.complete)) return;
  trickling_.once(kTrickleMs, [this] {
    if (session_) session_->trickle(trickle_fragment(offer_, std::exchange(gathered_, {})));
  });
}

void Publisher::stays() {
  connected_ = true;
  connected_at_ = g_get_monotonic_time();
  events_.connected("publishing to " + name_);
}

void Publisher::check_deadline() {
  const auto connection = connection_;  // which may be ended by that
  if (connection) connection->check_deadline();
}

void Publisher::leave() {
  gathering_.stop();
  trickling_.stop();
  connected_ = false;
  connection_.reset();
  if (const auto viewer = std::exchange(viewer_, nullptr)) viewer->end();
  if (const auto session = std::exchange(session_, nullptr)) {
    ++leaving_;
    session->end([this] { --leaving_; });
  }
}

void Publisher::retry(const std::string& message, std::chrono::seconds retry_after) {
  const std::chrono::microseconds ran(connected_ ? g_get_monotonic_time() - connected_at_ : 0);
  if (ran > deadlines().ran_well) failures_ = 0;
  leave();
  if (over_) return;
  constexpr unsigned kMostDoublings = 10;
  const auto wait = std::min(deadlines().publish_retry * (1 << std::min(failures_++, kMostDoublings)),
                             deadlines().last_publish_retry);
  events_.lost("publishing to " + name_ + ": " + message + "; it is tried again");
  retrying_.once(static_cast<guint>(std::max<std::chrono::milliseconds>(wait, retry_after).count()),
                 [this] { begin(); });
}

void Publisher::end() {
  if (std::exchange(over_, true)) return;
  retrying_.stop();
  leave();
}
