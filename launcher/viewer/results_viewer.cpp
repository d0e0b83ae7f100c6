// SPDX-License-Identifier: LGPL-2.1-or-later
#include "results_viewer.h"

#include <utility>

#include "base/deadlines.h"

ResultsViewer::ResultsViewer(Events events) : events_(std::move(events)), network_([](std::size_t) {}) {}

void ResultsViewer::start() {
  deadline_ = from_now(deadlines().heartbeat);
  send_stream_info();
  for (const auto& state : events_.model_states()) send_model_state(state);
}

void ResultsViewer::end() {
  if (!std::exchange(ended_, true)) network_.stop();
}

void ResultsViewer::fail(const char* code, const std::string& message) {
  if (ended_) return;
  // the owner drops this viewer while it handles `failed`
  const auto self = shared_from_this();
  events_.failed({code, message});
}

void ResultsViewer::handle(std::string_view text) {
  if (ended_) return;
  const auto message = protocol::parse_socket(text);
  if (const auto* error = std::get_if<protocol::Error>(&message)) return fail(error->code.c_str(), error->message);
  if (const auto* ack = std::get_if<protocol::Ack>(&message)) return acknowledged(*ack);
  if (const auto* ping = std::get_if<protocol::Ping>(&message)) return send_pong(*ping);
  fail("unexpected", "here are results only; video has its own connection");
}

void ResultsViewer::acknowledged(const protocol::Ack& ack) {
  const std::size_t before = network_.under_way();
  if (!network_.acknowledged(ack.number, ack.at))
    return fail("unexpected",
                "an acknowledgement of " + std::to_string(ack.number) + " messages; so many were not sent");
  if (network_.under_way() >= before) return;
  deadline_ = from_now(deadlines().heartbeat);
  if (!std::exchange(stays_, true)) events_.stays();
}

void ResultsViewer::send_pong(const protocol::Ping& ping) {
  protocol::Pong pong;
  pong.t = ping.t;
  pong.now = events_.now();
  send(protocol::encode(pong));
}

void ResultsViewer::send(const std::string& json) {
  if (network_.under_way() >= AckLog::kMost) {
    // not now: who tells all viewers goes on after this
    return post(weak_from_this(), [](ResultsViewer& viewer) {
      viewer.fail("unexpected", std::to_string(AckLog::kMost) + " messages without an acknowledgement");
    });
  }
  events_.send(json);
  network_.sent(json.size(), SocketNetwork::Kind::kOther);
}

void ResultsViewer::send_stream_info() {
  if (ended_) return;
  const auto info = events_.stream_info();  // nobody here knows the timestamps of the video that this viewer has
  if (sent_info_ == info) return;
  sent_info_ = info;
  send(protocol::encode(info));
}

// Behind others that wait it would come too late for its frame.
void ResultsViewer::send_result(const std::string& encoded) {
  if (!ended_ && !network_.behind()) send(encoded);
}

void ResultsViewer::send_model_state(const protocol::ModelState& state) {
  if (!ended_) send(protocol::encode(state));
}

// Whoever changes what all viewers see, sees it here.
void ResultsViewer::send_property(const protocol::Property&) {}

void ResultsViewer::send_window() {}

void ResultsViewer::check_deadline() {
  if (ended_) return;
  if (network_.under_way() == 0) deadline_ = from_now(deadlines().heartbeat);
  if (g_get_monotonic_time() > deadline_)
    fail("timeout", "no acknowledgement for " + seconds_text(deadlines().heartbeat));
}
