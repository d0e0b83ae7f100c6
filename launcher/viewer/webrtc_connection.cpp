// SPDX-License-Identifier: LGPL-2.1-or-later
#include "webrtc_connection.h"

#include <algorithm>
#include <stdexcept>

#include "base/deadlines.h"
#include "candidate.h"
#include "promise.h"

namespace {

constexpr guint64 kMaxUnread = 64 * 1024;

using Weak = std::weak_ptr<WebrtcConnection>;

// Sending on a channel that is not open yet is a critical. Before 1.22.2 webrtcbin also leaks the message.
bool is_open(GstWebRTCDataChannel* channel) {
  if (!channel) return false;
  auto channel_state = GST_WEBRTC_DATA_CHANNEL_STATE_CONNECTING;
  g_object_get(channel, "ready-state", &channel_state, nullptr);
  return channel_state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN;
}

// webrtcbin queues any amount for a viewer that does not read.
bool is_read(GstWebRTCDataChannel* channel) {
  guint64 unread = 0;
  g_object_get(channel, "buffered-amount", &unread, nullptr);
  return unread < kMaxUnread;
}

}  // namespace

WebrtcConnection::WebrtcConnection(Reaper& reaper, unsigned number, Events events, Kind kind)
    : reaper_(reaper),
      number_(number),
      kind_(kind),
      events_(std::move(events)),
      deadline_(from_now(deadlines().offer)) {}

WebrtcConnection::~WebrtcConnection() {
  end();
}

void WebrtcConnection::start(const Ice& ice, std::optional<double> downlink) {
  const auto self = shared_from_this();  // the owner may drop this when it fails
  try {
    ice_ = &ice;
    login_ = ice.credentials.login(g_get_real_time() / G_USEC_PER_SEC, "viewer" + std::to_string(number_));
    build(downlink);
  } catch (const std::runtime_error& error) {
    g_warning("viewer %u can't be set up: %s", number_, error.what());
    fail("internal", "the server could not set up this viewer; its log says why");
  }
}

void WebrtcConnection::build(std::optional<double> downlink) {
  pipeline_ = make_viewer_pipeline(parts_.front()->output(), *ice_, login_, "viewer" + std::to_string(number_));
  pipeline_.sharers = static_cast<unsigned>(parts_.size());
  if (downlink) *downlink /= pipeline_.sharers;
  for (auto* part : parts_) {
    part->build(pipeline_, downlink);
    names_.push_back(part->name());
  }
  auto* transceiver = parts_.front()->streams().front().transceiver.get();
  transceiver_.reset(GST_WEBRTC_RTP_TRANSCEIVER(g_object_ref(transceiver)));
  watch_webrtcbin();
  GstElement* pipeline = pipeline_.pipeline.get();
  if (gst_element_set_state(pipeline, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE)
    throw std::runtime_error("webrtcbin does not start");
  if (kind_ == Kind::kPage) open_channels();
  for (const auto* part : parts_)
    for (const auto& stream : part->streams())
      connect(stream.webrtc_pad.get(), "notify::caps", G_CALLBACK(+[](GObject*, GParamSpec*, gpointer self) {
                post(*static_cast<Weak*>(self), [](WebrtcConnection& held) { held.make_offer_when_ready(); });
              }));
  if (gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    throw std::runtime_error("the viewer's pipeline does not start");
  for (const auto* part : parts_)
    for (const auto& stream : part->streams()) stream.feed->start();
}

void WebrtcConnection::open_channels() {
  make_channels(pipeline_);
  connect(pipeline_.results.get(), "on-open", G_CALLBACK(+[](GObject*, gpointer self) {
            post(*static_cast<Weak*>(self), [](WebrtcConnection& held) {
              held.channel_open_ = true;
              held.grace_.stop();
              for (auto* part : held.parts_) part->results_opened();
              held.start_media();
            });
          }));
  connect(pipeline_.control.get(), "on-open", G_CALLBACK(+[](GObject*, gpointer self) {
            post(*static_cast<Weak*>(self), [](WebrtcConnection& held) {
              for (auto* part : held.parts_) part->control_opened();
            });
          }));
  connect(pipeline_.control.get(), "on-message-string", G_CALLBACK(+[](GObject*, const char* text, gpointer self) {
            post(*static_cast<Weak*>(self),
                 [text = std::string(text ? text : "")](WebrtcConnection& held) { held.handle_control(text); });
          }));
}

void WebrtcConnection::watch_webrtcbin() {
  GstElement* webrtcbin = pipeline_.webrtcbin.get();
  connect(webrtcbin, "on-ice-candidate", G_CALLBACK(+[](GObject*, guint mline, const char* text, gpointer self) {
            post(*static_cast<Weak*>(self), [mline, text = std::string(text)](WebrtcConnection& held) {
              if (!text.empty()) held.send_candidate(text, mline);
            });
          }));
  // only an endpoint is told that there are no more: a page has no use for it
  if (kind_ == Kind::kEndpoint)
    connect(webrtcbin, "notify::ice-gathering-state", G_CALLBACK(+[](GObject*, GParamSpec*, gpointer self) {
              post(*static_cast<Weak*>(self), [](WebrtcConnection& held) { held.gathering_changed(); });
            }));
  connect(webrtcbin, "notify::connection-state", G_CALLBACK(+[](GObject*, GParamSpec*, gpointer self) {
            post(*static_cast<Weak*>(self), [](WebrtcConnection& held) { held.connection_changed(); });
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
        post(*static_cast<Weak*>(self), [text = std::string(error->message)](WebrtcConnection& held) {
          held.fail("internal", "the server's pipeline for this viewer failed: " + text);
        });
        return GST_BUS_DROP;
      },
      new Weak(weak_from_this()), [](gpointer self) { delete static_cast<Weak*>(self); });
}

void WebrtcConnection::send_candidate(const std::string& text, unsigned mline) const {
  events_.signal(protocol::Candidate{text, mline});
  if (ice_->public_address.empty()) return;
  if (const auto front = in_front(text, ice_->public_address)) events_.signal(protocol::Candidate{*front, mline});
}

void WebrtcConnection::gathering_changed() const {
  if (state_ == State::kEnded) return;
  auto gathering = GST_WEBRTC_ICE_GATHERING_STATE_NEW;
  g_object_get(pipeline_.webrtcbin.get(), "ice-gathering-state", &gathering, nullptr);
  if (gathering == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE) events_.signal(protocol::Candidate{});
}

void WebrtcConnection::connect(gpointer object, const char* signal, GCallback callback) {
  const gulong id = g_signal_connect_data(
      object, signal, callback, new Weak(weak_from_this()),
      [](gpointer self, GClosure*) { delete static_cast<Weak*>(self); }, static_cast<GConnectFlags>(0));
  handlers_.emplace_back(G_OBJECT(g_object_ref(object)), id);
}

void WebrtcConnection::fail(const std::string& code, const std::string& message) {
  if (state_ == State::kEnded) return;
  // the owner may drop this while it handles `failed`: keep it until the call returns
  const auto self = shared_from_this();
  events_.failed({code, message});
}

void WebrtcConnection::remove(Part& part) {
  std::erase(parts_, &part);
  if (parts_.empty()) {
    end();
    if (events_.emptied) events_.emptied();
    return;
  }
  // it would wait for that stream's first picture
  if (state_ < State::kOffered) fail("no-stream", "the stream \"" + part.name() + "\" ended before the offer");
}

void WebrtcConnection::end() {
  if (std::exchange(state_, State::kEnded) == State::kEnded) return;
  grace_.stop();
  while (!handlers_.empty()) {
    g_signal_handler_disconnect(handlers_.back().first.get(), handlers_.back().second);
    handlers_.pop_back();
  }
  transceiver_.reset();
  end_viewer_pipeline(std::move(pipeline_), std::move(asked_), reaper_);
}

void WebrtcConnection::make_offer_when_ready() {
  if (state_ != State::kNew) return;
  for (const auto* part : parts_)
    for (const auto& stream : part->streams())
      if (!gst_pad_has_current_caps(stream.webrtc_pad.get())) return;
  state_ = State::kOffering;
  asked_ = promise_for(weak_from_this(), [](WebrtcConnection& held, GstPromise* reply) { held.send_offer(reply); });
  g_signal_emit_by_name(pipeline_.webrtcbin.get(), "create-offer", nullptr, asked_.get());
}

void WebrtcConnection::send_offer(const GstPromise* promise) {
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
  asked_ = promise_for(weak_from_this(), [](WebrtcConnection& held, GstPromise* reply) {
    const std::string text = promise_error(reply);
    if (!text.empty()) held.fail("internal", "the server could not apply its offer: " + text);
  });
  g_signal_emit_by_name(pipeline_.webrtcbin.get(), "set-local-description", offer, asked_.get());
  const std::string sdp = take_string(gst_sdp_message_as_text(offer->sdp));
  offered_media_ = media_sections(sdp);
  state_ = State::kOffered;
  deadline_ = from_now(deadlines().answer);
  auto streams = offered_streams();
  const bool stamped = std::ranges::any_of(parts_, [](const auto* part) { return part->stamped(); });
  events_.signal(protocol::Offer{sdp, stamped, ice_->told_to(login_), std::move(streams)});
}

// The media sections are in the order of webrtcbin's inputs. What repairs a stream's packets is known from here on.
std::vector<protocol::OfferedStream> WebrtcConnection::offered_streams() const {
  std::vector<protocol::OfferedStream> offered;
  auto section = offered_media_.begin();
  for (const auto* part : parts_) {
    protocol::OfferedStream stream{part->name(), {}, part->stamped()};
    for (const auto& each : part->streams()) {
      if (section == offered_media_.end()) break;
      each.rtp->repair_ssrc = section->repair_ssrc;
      stream.mids.push_back((section++)->mid);
    }
    if (!stream.name.empty()) offered.push_back(std::move(stream));
  }
  return offered;
}

void WebrtcConnection::handle(std::string_view text) {
  if (state_ == State::kEnded) return;
  const auto signal = protocol::parse_signal(text);
  if (const auto* answer = std::get_if<protocol::Answer>(&signal)) return take_answer(*answer);
  if (const auto* candidate = std::get_if<protocol::Candidate>(&signal)) return handle_candidate(*candidate);
  if (std::holds_alternative<protocol::SocketRequest>(signal)) {
    if (!events_.wants_socket)
      return fail("unexpected", "several streams can't come by one WebSocket; open one for each of them");
    const auto self = shared_from_this();  // the owner drops this viewer
    return events_.wants_socket();
  }
  const auto& error = std::get<protocol::Error>(signal);
  fail(error.code, error.message);
}

void WebrtcConnection::take_answer(const protocol::Answer& answer) {
  if (state_ < State::kOffered) return fail("unexpected", "an answer before the offer; wait for the offer");
  if (state_ > State::kOffered) return fail("unexpected", "a second answer; one connection takes one");
  auto checked = check_answer(answer.sdp, offered_media_);
  if (const auto* error = std::get_if<protocol::Error>(&checked)) return fail(error->code, error->message);
  auto& accepted = std::get<AcceptedAnswer>(checked);
  fingerprint_ = accepted.fingerprint;
  measured_ = accepted.transport_cc;
  g_autoptr(GstWebRTCSessionDescription) description =
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, accepted.sdp.release());
  // A key frame takes about as long to come as the connection. Asked for now, it is there when the connection is.
  for (auto* part : parts_) part->answered();
  state_ = State::kAnswered;
  deadline_ = from_now(deadlines().dtls);
  asked_ = promise_for(weak_from_this(), [](WebrtcConnection& held, GstPromise* reply) { held.answer_applied(reply); });
  g_signal_emit_by_name(pipeline_.webrtcbin.get(), "set-remote-description", description, asked_.get());
}

// webrtcbin reports a bad answer here and nowhere else.
void WebrtcConnection::answer_applied(const GstPromise* promise) {
  const std::string error = promise_error(promise);
  if (!error.empty()) fail("bad-sdp", "the answer can't be applied: " + error);
}

void WebrtcConnection::handle_candidate(const protocol::Candidate& candidate) {
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

void WebrtcConnection::connection_changed() {
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
void WebrtcConnection::start_media() {
  if (state_ != State::kConnected || (kind_ == Kind::kPage && !channel_open_)) return;
  for (auto* part : parts_) part->start_media(measured_);
}

bool WebrtcConnection::peer_has_fingerprint() const {
  g_autoptr(GObject) sender = nullptr;
  g_autoptr(GObject) transport = nullptr;
  g_autofree char* certificate = nullptr;
  g_object_get(transceiver_.get(), "sender", &sender, nullptr);
  if (sender) g_object_get(sender, "transport", &transport, nullptr);
  if (transport) g_object_get(transport, "remote-certificate", &certificate, nullptr);
  return certificate && certificate_matches(certificate, fingerprint_);
}

void WebrtcConnection::handle_control(const std::string& text) {
  if (state_ == State::kEnded) return;
  const auto [message, stream] = protocol::parse_control(text);
  if (const auto* error = std::get_if<protocol::Error>(&message)) return fail(error->code, error->message);
  if (state_ == State::kConnected && std::holds_alternative<protocol::Ping>(message))
    deadline_ = from_now(deadlines().heartbeat);
  const bool named = !names_.front().empty();
  if (named && std::ranges::find(names_, stream) == names_.end())
    return fail("malformed", "\"stream\" must be one of those that this connection carries");
  const auto found = named ? std::ranges::find(parts_, stream, &Part::name) : parts_.begin();
  if (found != parts_.end()) (*found)->handle_control(message);  // otherwise it has ended meanwhile
}

bool WebrtcConnection::results_open() const {
  return state_ != State::kEnded && is_open(pipeline_.results.get());
}

bool WebrtcConnection::send_result(const std::string& json, bool always) {
  if (!results_open() || (!always && !is_read(pipeline_.results.get()))) return false;
  gst_webrtc_data_channel_send_string(pipeline_.results.get(), json.c_str());
  return true;
}

bool WebrtcConnection::send_control(const std::string& json, bool always) {
  if (state_ == State::kEnded || !is_open(pipeline_.control.get())) return false;
  if (!always && !is_read(pipeline_.control.get())) return false;
  gst_webrtc_data_channel_send_string(pipeline_.control.get(), json.c_str());
  return true;
}

void WebrtcConnection::check_deadline() {
  if (state_ == State::kConnected && kind_ == Kind::kEndpoint) return check_endpoint();
  if (state_ == State::kEnded || g_get_monotonic_time() < deadline_) return;
  if (state_ < State::kOffered) return fail("internal", "the source gives no picture, so there is nothing to offer");
  if (state_ == State::kOffered) return fail("timeout", "no answer within " + seconds_text(deadlines().answer));
  if (state_ == State::kAnswered) return fail("timeout", "no DTLS connection within " + seconds_text(deadlines().dtls));
  fail("timeout", "no heartbeat (a ping on \"control\") for " + seconds_text(deadlines().heartbeat));
}

// It sends no heartbeat. But who gets RTP sends RTCP, every few seconds (RFC 3550, 6.2).
void WebrtcConnection::check_endpoint() {
  const gint64 heard = pipeline_.heard->load();
  if (heard != 0 && g_get_monotonic_time() - heard > std::chrono::microseconds(deadlines().endpoint).count())
    fail("timeout", "nothing came from there for " + seconds_text(deadlines().endpoint));
}

void WebrtcConnection::add_relay(const IceServer& server) {
  if (state_ != State::kEnded && state_ != State::kNew) add_turn_server(pipeline_, server);
}
