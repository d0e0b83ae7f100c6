// SPDX-License-Identifier: LGPL-2.1-or-later
#include "webrtc_viewer.h"

#include <cmath>
#include <utility>

WebrtcViewer::WebrtcViewer(const Output& output, std::string name, Events events,
                           std::shared_ptr<WebrtcConnection> connection)
    : output_(output),
      name_(std::move(name)),
      events_(std::move(events)),
      connection_(std::move(connection)),
      repeater_([this](const std::string& json) { send_on_results(json); }) {
  connection_->add(*this);
}

WebrtcViewer::~WebrtcViewer() {
  end();
}

void WebrtcViewer::build(ViewerPipeline& pipeline, std::optional<double> downlink) {
  streams_ = add_streams(pipeline, output_);
  const auto& first = streams_.front();
  if (first.network)
    selector_ = std::make_unique<RungSelector>(*output_.streams().front(), first.feed, first.network, downlink,
                                               [this] { link_changed(); });
}

void WebrtcViewer::end() {
  if (std::exchange(ended_, true)) return;
  repeater_.stop();
  selector_.reset();
  for (const auto& stream : streams_) stream.feed->stop();
  streams_.clear();
  connection_->remove(*this);
}

// A key frame takes about as long to come as the connection. Asked for now, it is there when the connection is.
void WebrtcViewer::answered() {
  for (const auto& stream : streams_) stream.feed->request_key_frame(true);
}

void WebrtcViewer::start_media(bool measured) {
  if (selector_) selector_->start(measured);
  for (const auto& stream : streams_) stream.feed->open();
}

void WebrtcViewer::control_opened() {
  send_link();
  for (const auto& property : events_.properties()) send_property(property);
  send_window();
}

void WebrtcViewer::handle_control(const protocol::Control& message) {
  if (const auto* ping = std::get_if<protocol::Ping>(&message)) return send_pong(*ping);
  if (const auto* request = std::get_if<protocol::ResultsRequest>(&message))
    return repeater_.set_repeats(request->repeats);
  if (const auto* request = std::get_if<protocol::PlayoutRequest>(&message)) {
    for (const auto& stream : streams_)
      if (stream.playout_delay) set_playout_delay_max(stream.playout_delay.get(), request->max_ms);
    return;
  }
  if (const auto* request = std::get_if<protocol::VideoRequest>(&message)) {
    if (selector_) selector_->wish(*request);
    return;
  }
  if (const auto* request = std::get_if<protocol::SetRequest>(&message)) {
    if (const auto error = events_.set_property(*request)) connection_->fail(error->code, error->message);
    return;
  }
  if (const auto* input = std::get_if<protocol::Input>(&message)) {
    if (const auto error = events_.input(*input)) connection_->fail(error->code, error->message);
    return;
  }
  for (const auto& stream : streams_) stream.feed->request_key_frame(false);
}

void WebrtcViewer::send_pong(const protocol::Ping& ping) {
  protocol::Pong pong;
  pong.t = ping.t;
  pong.now = events_.now();
  const auto now = static_cast<std::int64_t>(output_.timebase()->now());
  if (const auto medians = streams_.front().feed->delays()->medians(now))
    pong.encoded = medians->encoded, pong.sent = medians->sent;
  send_on_control(protocol::encode(pong));
}

void WebrtcViewer::link_changed() {
  const protocol::Link link = selector_->link();
  const std::string carries =
      link.carries ? ", its network carries " + std::to_string(std::lround(*link.carries / 1000)) + " kbit/s" : "";
  g_info("%sviewer %u gets encoding %u of %u (%s)%s", name_.empty() ? "" : (name_ + ": ").c_str(),
         connection_->number(), link.rung + 1, link.rungs, link.reason.c_str(), carries.c_str());
  send_link();
}

void WebrtcViewer::send_link() {
  if (selector_) send_on_control(protocol::encode(selector_->link()));
}

void WebrtcViewer::send_result(const std::string& encoded) {
  if (send_on_results(encoded)) repeater_.add(encoded);
}

bool WebrtcViewer::send_on_results(const std::string& json, bool always) {
  if (always) return connection_->send_result(named(json), true);
  if (!connection_->connected() || !sent_info_ || (selector_ && !selector_->result_fits(json.size()))) return false;
  return connection_->send_result(named(json));
}

bool WebrtcViewer::send_on_control(const std::string& json, bool always) {
  return connection_->send_control(named(json), always);
}

std::string WebrtcViewer::named(const std::string& json) const {
  return name_.empty() ? json : "{\"stream\":\"" + name_ + "\"," + json.substr(1);
}

void WebrtcViewer::send_stream_info() {
  if (ended_ || !connection_->results_open()) return;
  auto info = events_.stream_info();
  const std::int64_t offset = streams_.front().rtp->offset;
  if (offset >= 0) info.rtp_offset = static_cast<std::uint32_t>(offset);
  if (sent_info_ == info) return;
  const bool first = !sent_info_;
  sent_info_ = info;
  send_on_results(protocol::encode(info), true);
  if (first)
    for (const auto& state : events_.model_states()) send_model_state(state);
}

// Sent even to a viewer that does not read: these messages are few, and none comes again.
void WebrtcViewer::send_model_state(const protocol::ModelState& state) {
  if (sent_info_) send_on_results(protocol::encode(state), true);
}

// As model states: few, and none comes again.
void WebrtcViewer::send_property(const protocol::Property& property) {
  send_on_control(protocol::encode(property, events_.may_control), true);
}

void WebrtcViewer::send_window() {
  if (const auto window = events_.window()) send_on_control(protocol::encode(*window, events_.may_control), true);
}
