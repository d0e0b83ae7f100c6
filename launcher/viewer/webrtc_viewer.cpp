// SPDX-License-Identifier: LGPL-2.1-or-later
#include "webrtc_viewer.h"

#include <cmath>
#include <stdexcept>

#include "base/deadlines.h"
#include "candidate.h"
#include "promise.h"

namespace {

constexpr guint64 kMaxUnread = 64 * 1024;

using Weak = std::weak_ptr<WebrtcViewer>;

// Sending on a channel that is not open yet is a critical. Before 1.22.2 webrtcbin also leaks the message.
bool is_open(GstWebRTCDataChannel* channel) {
  if (!channel) return false;
  auto channel_state = GST_WEBRTC_DATA_CHANNEL_STATE_CONNECTING;
  g_object_get(channel, "ready-state", &channel_state, nullptr);
  return channel_state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN;
}

}  // namespace

WebrtcViewer::WebrtcViewer(const Output& output, Reaper& reaper, unsigned number, Events events, Kind kind)
    : output_(output),
      reaper_(reaper),
      number_(number),
      kind_(kind),
      events_(std::move(events)),
      repeater_([this](const std::string& json) { send_on_results(json); }),
      deadline_(from_now(deadlines().offer)) {}

WebrtcViewer::~WebrtcViewer() {
  end();
}

void WebrtcViewer::start(const Ice& ice, std::optional<double> downlink) try {
  ice_ = &ice;
  login_ = ice.credentials.login(g_get_real_time() / G_USEC_PER_SEC, "viewer" + std::to_string(number_));
  build(downlink);
} catch (const std::runtime_error& error) {
  g_warning("viewer %u can't be set up: %s", number_, error.what());
  fail("internal", "the server could not set up this viewer; its log says why");
}

void WebrtcViewer::build(std::optional<double> downlink) {
  pipeline_ = make_viewer_pipeline(output_, *ice_, login_, "viewer" + std::to_string(number_));
  const auto& first = pipeline_.streams.front();
  if (first.network)
    selector_ = std::make_unique<RungSelector>(*output_.streams().front(), first.feed, first.network, downlink,
                                               [this] { link_changed(); });
  watch_webrtcbin();
  GstElement* pipeline = pipeline_.pipeline.get();
  if (gst_element_set_state(pipeline, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE)
    throw std::runtime_error("webrtcbin does not start");
  if (kind_ == Kind::kPage) open_channels();
  for (auto& stream : pipeline_.streams)
    connect(stream.webrtc_pad.get(), "notify::caps", G_CALLBACK(+[](GObject*, GParamSpec*, gpointer self) {
              post(*static_cast<Weak*>(self), [](WebrtcViewer& viewer) { viewer.make_offer_when_ready(); });
            }));
  if (gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    throw std::runtime_error("the viewer's pipeline does not start");
  for (const auto& stream : pipeline_.streams) stream.feed->start();
}

void WebrtcViewer::open_channels() {
  make_channels(pipeline_);
  connect(pipeline_.results.get(), "on-open", G_CALLBACK(+[](GObject*, gpointer self) {
            post(*static_cast<Weak*>(self), [](WebrtcViewer& viewer) {
              viewer.channel_open_ = true;
              viewer.grace_.stop();
              viewer.send_stream_info();
              viewer.start_media();
            });
          }));
  connect(pipeline_.control.get(), "on-open", G_CALLBACK(+[](GObject*, gpointer self) {
            post(*static_cast<Weak*>(self), [](WebrtcViewer& viewer) {
              viewer.send_link();
              for (const auto& property : viewer.events_.properties()) viewer.send_property(property);
            });
          }));
  connect(pipeline_.control.get(), "on-message-string", G_CALLBACK(+[](GObject*, const char* text, gpointer self) {
            post(*static_cast<Weak*>(self),
                 [text = std::string(text ? text : "")](WebrtcViewer& viewer) { viewer.handle_control(text); });
          }));
}

void WebrtcViewer::watch_webrtcbin() {
  GstElement* webrtcbin = pipeline_.webrtcbin.get();
  connect(webrtcbin, "on-ice-candidate", G_CALLBACK(+[](GObject*, guint mline, const char* text, gpointer self) {
            post(*static_cast<Weak*>(self), [mline, text = std::string(text)](WebrtcViewer& viewer) {
              if (!text.empty()) viewer.send_candidate(text, mline);
            });
          }));
  // only an endpoint is told that there are no more: a page has no use for it
  if (kind_ == Kind::kEndpoint)
    connect(webrtcbin, "notify::ice-gathering-state", G_CALLBACK(+[](GObject*, GParamSpec*, gpointer self) {
              post(*static_cast<Weak*>(self), [](WebrtcViewer& viewer) { viewer.gathering_changed(); });
            }));
  connect(webrtcbin, "notify::connection-state", G_CALLBACK(+[](GObject*, GParamSpec*, gpointer self) {
            post(*static_cast<Weak*>(self), [](WebrtcViewer& viewer) { viewer.connection_changed(); });
          }));
  // messages left on a bus keep webrtcbin alive
  g_autoptr(GstBus) bus = gst_element_get_bus(pipeline_.pipeline.get());
  gst_bus_set_sync_handler(
      bus,
      [](GstBus*, GstMessage* taken, gpointer self) {
        g_autoptr(GstMessage) message = taken;  // GST_BUS_DROP leaves the message to us
        if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR) return GST_BUS_DROP;
        g_autoptr(GError) error = nullptr;
        gst_message_parse_error(message, &error, nullptr);
        post(*static_cast<Weak*>(self), [text = std::string(error->message)](WebrtcViewer& viewer) {
          viewer.fail("internal", "the server's pipeline for this viewer failed: " + text);
        });
        return GST_BUS_DROP;
      },
      new Weak(weak_from_this()), [](gpointer self) { delete static_cast<Weak*>(self); });
}

void WebrtcViewer::send_candidate(const std::string& text, unsigned mline) const {
  send(protocol::Candidate{text, mline});
  if (ice_->public_address.empty()) return;
  if (const auto front = in_front(text, ice_->public_address)) send(protocol::Candidate{*front, mline});
}

void WebrtcViewer::gathering_changed() const {
  if (state_ == State::kEnded) return;
  auto gathering = GST_WEBRTC_ICE_GATHERING_STATE_NEW;
  g_object_get(pipeline_.webrtcbin.get(), "ice-gathering-state", &gathering, nullptr);
  if (gathering == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE) send(protocol::Candidate{});
}

void WebrtcViewer::connect(gpointer object, const char* signal, GCallback callback) {
  const gulong id = g_signal_connect_data(
      object, signal, callback, new Weak(weak_from_this()),
      [](gpointer self, GClosure*) { delete static_cast<Weak*>(self); }, static_cast<GConnectFlags>(0));
  handlers_.emplace_back(G_OBJECT(g_object_ref(object)), id);
}

void WebrtcViewer::fail(const char* code, const std::string& message) {
  if (state_ == State::kEnded) return;
  // the owner may drop this viewer while it handles `failed`: keep it until the call returns
  const auto self = shared_from_this();
  events_.failed({code, message});
}

void WebrtcViewer::end() {
  if (std::exchange(state_, State::kEnded) == State::kEnded) return;
  repeater_.stop();
  grace_.stop();
  selector_.reset();
  for (const auto& stream : pipeline_.streams) stream.feed->stop();
  while (!handlers_.empty()) {
    g_signal_handler_disconnect(handlers_.back().first.get(), handlers_.back().second);
    handlers_.pop_back();
  }
  end_viewer_pipeline(std::move(pipeline_), std::move(asked_), reaper_);
}

void WebrtcViewer::make_offer_when_ready() {
  if (state_ != State::kNew) return;
  for (const auto& stream : pipeline_.streams)
    if (!gst_pad_has_current_caps(stream.webrtc_pad.get())) return;
  state_ = State::kOffering;
  asked_ = promise_for(weak_from_this(), [](WebrtcViewer& viewer, GstPromise* reply) { viewer.send_offer(reply); });
  g_signal_emit_by_name(pipeline_.webrtcbin.get(), "create-offer", nullptr, asked_.get());
}

void WebrtcViewer::send_offer(const GstPromise* promise) {
  if (state_ != State::kOffering) return;
  g_autoptr(GstWebRTCSessionDescription) offer = nullptr;
  const std::string error = promise_error(promise);
  if (error.empty())
    gst_structure_get(gst_promise_get_reply(const_cast<GstPromise*>(promise)), "offer",
                      GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, nullptr);
  if (!offer) {
    g_warning("viewer %u: no offer: %s", number_, error.c_str());
    return fail("internal", "the server could not make an offer; its log says why");
  }
  asked_ = promise_for(weak_from_this(), [](WebrtcViewer& viewer, GstPromise* reply) {
    const std::string text = promise_error(reply);
    if (!text.empty()) viewer.fail("internal", "the server could not apply its offer: " + text);
  });
  g_signal_emit_by_name(pipeline_.webrtcbin.get(), "set-local-description", offer, asked_.get());
  const std::string sdp = take_string(gst_sdp_message_as_text(offer->sdp));
  offered_media_ = media_sections(sdp);
  state_ = State::kOffered;
  deadline_ = from_now(deadlines().answer);
  send(protocol::Offer{sdp, events_.stream_info().stamp.has_value(), ice_->told_to(login_)});
}

void WebrtcViewer::send(const protocol::ServerSignal& message) const {
  events_.signal(message);
}

void WebrtcViewer::handle(std::string_view text) {
  if (state_ == State::kEnded) return;
  const auto signal = protocol::parse_signal(text);
  if (const auto* answer = std::get_if<protocol::Answer>(&signal)) return take_answer(*answer);
  if (const auto* candidate = std::get_if<protocol::Candidate>(&signal)) return handle_candidate(*candidate);
  if (std::holds_alternative<protocol::SocketRequest>(signal)) {
    const auto self = shared_from_this();  // the owner drops this viewer
    return events_.wants_socket();
  }
  const auto& error = std::get<protocol::Error>(signal);
  fail(error.code.c_str(), error.message);
}

void WebrtcViewer::take_answer(const protocol::Answer& answer) {
  if (state_ < State::kOffered) return fail("unexpected", "an answer before the offer; wait for the offer");
  if (state_ > State::kOffered) return fail("unexpected", "a second answer; one connection takes one");
  auto checked = check_answer(answer.sdp, offered_media_);
  if (const auto* error = std::get_if<protocol::Error>(&checked)) return fail(error->code.c_str(), error->message);
  auto& accepted = std::get<AcceptedAnswer>(checked);
  fingerprint_ = accepted.fingerprint;
  measured_ = accepted.transport_cc;
  g_autoptr(GstWebRTCSessionDescription) description =
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, accepted.sdp.release());
  // A key frame takes about as long to come as the connection. Asked for now, it is there when the connection is.
  for (const auto& stream : pipeline_.streams) stream.feed->request_key_frame(true);
  state_ = State::kAnswered;
  deadline_ = from_now(deadlines().dtls);
  asked_ = promise_for(weak_from_this(), [](WebrtcViewer& viewer, GstPromise* reply) { viewer.answer_applied(reply); });
  g_signal_emit_by_name(pipeline_.webrtcbin.get(), "set-remote-description", description, asked_.get());
}

// webrtcbin reports a bad answer here and nowhere else.
void WebrtcViewer::answer_applied(const GstPromise* promise) {
  const std::string error = promise_error(promise);
  if (!error.empty()) fail("bad-sdp", "the answer can't be applied: " + error);
}

void WebrtcViewer::handle_candidate(const protocol::Candidate& candidate) {
  if (state_ < State::kOffered) return fail("unexpected", "a candidate before the offer; wait for the offer");
  if (candidate.candidate.empty()) return;
  if (++candidates_ > kMaxCandidates)
    return fail("unexpected", "more than " + std::to_string(kMaxCandidates) + " candidates");
  if (candidate.mline >= offered_media_.size())
    return fail("bad-candidate", "a candidate for media section " + std::to_string(candidate.mline) +
                                     "; the offer has " + std::to_string(offered_media_.size()));
  const auto parsed = parse_candidate(candidate.candidate);
  if (!parsed) return fail("bad-candidate", "\"" + candidate.candidate.substr(0, 80) + "\" is not an ICE candidate");
  if (parsed->usable)
    g_signal_emit_by_name(pipeline_.webrtcbin.get(), "add-ice-candidate", candidate.mline, candidate.candidate.c_str());
}

void WebrtcViewer::connection_changed() {
  if (state_ == State::kEnded) return;
  auto connection = GST_WEBRTC_PEER_CONNECTION_STATE_NEW;
  g_object_get(pipeline_.webrtcbin.get(), "connection-state", &connection, nullptr);
  if (connection == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED) return fail("timeout", "the media connection failed");
  if (connection != GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED || state_ != State::kAnswered) return;
  if (!peer_has_fingerprint())
    return fail("fingerprint", "the DTLS certificate is not the one that the answer named; no media was sent");
  state_ = State::kConnected;
  events_.stays();
  if (state_ != State::kConnected) return;
  deadline_ = from_now(deadlines().heartbeat);
  if (channel_open_ || kind_ == Kind::kEndpoint) return start_media();
  grace_.once(static_cast<guint>(deadlines().channel.count()), [this] {
    channel_open_ = true;
    start_media();
  });
}

// Media start once a channel is open: then the viewer has its SRTP keys as well. Before that it would throw all packets
// away, and with them the key frame. A viewer that opens no channel gets its video after a grace, an endpoint at once.
void WebrtcViewer::start_media() {
  if (state_ != State::kConnected || (kind_ == Kind::kPage && !channel_open_)) return;
  if (selector_) selector_->start(measured_);
  for (const auto& stream : pipeline_.streams) stream.feed->open();
}

bool WebrtcViewer::peer_has_fingerprint() const {
  g_autoptr(GObject) sender = nullptr;
  g_autoptr(GObject) transport = nullptr;
  g_autofree char* certificate = nullptr;
  g_object_get(pipeline_.streams.front().transceiver.get(), "sender", &sender, nullptr);
  if (sender) g_object_get(sender, "transport", &transport, nullptr);
  if (transport) g_object_get(transport, "remote-certificate", &certificate, nullptr);
  return certificate && certificate_matches(certificate, fingerprint_);
}

void WebrtcViewer::handle_control(const std::string& text) {
  if (state_ == State::kEnded) return;
  const auto message = protocol::parse_control(text);
  if (const auto* error = std::get_if<protocol::Error>(&message)) return fail(error->code.c_str(), error->message);
  if (const auto* ping = std::get_if<protocol::Ping>(&message)) {
    if (state_ == State::kConnected) deadline_ = from_now(deadlines().heartbeat);
    const auto now = static_cast<std::int64_t>(gst_element_get_current_running_time(pipeline_.pipeline.get()));
    protocol::Pong pong;
    pong.t = ping->t;
    pong.now = events_.now();
    if (const auto medians = pipeline_.streams.front().feed->delays()->medians(now))
      pong.encoded = medians->encoded, pong.sent = medians->sent;
    guint64 unread = 0;
    g_object_get(pipeline_.control.get(), "buffered-amount", &unread, nullptr);
    if (unread < kMaxUnread)
      gst_webrtc_data_channel_send_string(pipeline_.control.get(), protocol::encode(pong).c_str());
    return;
  }
  if (const auto* request = std::get_if<protocol::ResultsRequest>(&message))
    return repeater_.set_repeats(request->repeats);
  if (const auto* request = std::get_if<protocol::PlayoutRequest>(&message)) {
    for (const auto& stream : pipeline_.streams)
      if (stream.playout_delay) set_playout_delay_max(stream.playout_delay.get(), request->max_ms);
    return;
  }
  if (const auto* request = std::get_if<protocol::VideoRequest>(&message)) {
    if (selector_) selector_->wish(*request);
    return;
  }
  if (const auto* request = std::get_if<protocol::SetRequest>(&message)) {
    if (const auto error = events_.set_property(*request)) fail(error->code.c_str(), error->message);
    return;
  }
  for (const auto& stream : pipeline_.streams) stream.feed->request_key_frame(false);
}

void WebrtcViewer::link_changed() {
  const protocol::Link link = selector_->link();
  const std::string carries =
      link.carries ? ", its network carries " + std::to_string(std::lround(*link.carries / 1000)) + " kbit/s" : "";
  g_info("viewer %u gets encoding %u of %u (%s)%s", number_, link.rung + 1, link.rungs, link.reason.c_str(),
         carries.c_str());
  send_link();
}

void WebrtcViewer::send_link() {
  if (!selector_ || !is_open(pipeline_.control.get())) return;
  guint64 unread = 0;
  g_object_get(pipeline_.control.get(), "buffered-amount", &unread, nullptr);
  if (unread >= kMaxUnread) return;
  const protocol::Link link = selector_->link();
  gst_webrtc_data_channel_send_string(pipeline_.control.get(), protocol::encode(link).c_str());
}

void WebrtcViewer::send_result(const std::string& encoded) {
  if (send_on_results(encoded)) repeater_.add(encoded);
}

bool WebrtcViewer::send_on_results(const std::string& json) {
  if (state_ != State::kConnected || !results_open() || !sent_info_) return false;
  guint64 unread = 0;
  g_object_get(pipeline_.results.get(), "buffered-amount", &unread, nullptr);
  // webrtcbin queues any amount for a viewer that does not read
  if (unread >= kMaxUnread || (selector_ && !selector_->result_fits(json.size()))) return false;
  gst_webrtc_data_channel_send_string(pipeline_.results.get(), json.c_str());
  return true;
}

bool WebrtcViewer::results_open() const {
  return state_ != State::kEnded && is_open(pipeline_.results.get());
}

void WebrtcViewer::send_stream_info() {
  if (!results_open()) return;
  auto info = events_.stream_info();
  const std::int64_t offset = pipeline_.streams.front().rtp->offset;
  if (offset >= 0) info.rtp_offset = static_cast<std::uint32_t>(offset);
  if (sent_info_ == info) return;
  const bool first = !sent_info_;
  sent_info_ = info;
  gst_webrtc_data_channel_send_string(pipeline_.results.get(), protocol::encode(info).c_str());
  if (first)
    for (const auto& state : events_.model_states()) send_model_state(state);
}

// Sent even to a viewer that does not read: these messages are few, and none comes again.
void WebrtcViewer::send_model_state(const protocol::ModelState& state) {
  if (sent_info_ && results_open())
    gst_webrtc_data_channel_send_string(pipeline_.results.get(), protocol::encode(state).c_str());
}

// As model states: few, and none comes again.
void WebrtcViewer::send_property(const protocol::Property& property) {
  if (state_ == State::kEnded || !is_open(pipeline_.control.get())) return;
  gst_webrtc_data_channel_send_string(pipeline_.control.get(), protocol::encode(property, events_.may_control).c_str());
}

void WebrtcViewer::check_deadline() {
  if (state_ == State::kConnected && kind_ == Kind::kEndpoint) return check_endpoint();
  if (state_ == State::kEnded || g_get_monotonic_time() < deadline_) return;
  if (state_ < State::kOffered) return fail("internal", "the source gives no picture, so there is nothing to offer");
  if (state_ == State::kOffered) return fail("timeout", "no answer within " + seconds_text(deadlines().answer));
  if (state_ == State::kAnswered) return fail("timeout", "no DTLS connection within " + seconds_text(deadlines().dtls));
  fail("timeout", "no heartbeat (a ping on \"control\") for " + seconds_text(deadlines().heartbeat));
}

// It sends no heartbeat. But who gets RTP sends RTCP, every few seconds (RFC 3550, 6.2).
void WebrtcViewer::check_endpoint() {
  const gint64 heard = pipeline_.heard->load();
  if (heard != 0 && g_get_monotonic_time() - heard > std::chrono::microseconds(deadlines().endpoint).count())
    fail("timeout", "nothing came from there for " + seconds_text(deadlines().endpoint));
}

void WebrtcViewer::add_relay(const IceServer& server) {
  if (state_ != State::kEnded && state_ != State::kNew) add_turn_server(pipeline_, server);
}
