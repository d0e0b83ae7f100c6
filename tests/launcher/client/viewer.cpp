// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer.h"

#define GST_USE_UNSTABLE_API
#include <gst/sdp/sdp.h>

#include <algorithm>
#include <functional>
#include <regex>

#include "json.h"

namespace {

constexpr GstClockTime kReportInterval = 55 * GST_MSECOND;  // browsers send 16 to 20 a second

/// Runs `work` in the main thread.
void post(std::function<void()> work) {
  g_idle_add_full(
      G_PRIORITY_DEFAULT,
      [](gpointer data) -> gboolean {
        (*static_cast<std::function<void()>*>(data))();
        return G_SOURCE_REMOVE;
      },
      new std::function<void()>(std::move(work)),
      [](gpointer data) { delete static_cast<std::function<void()>*>(data); });
}

/// Calls `received` in webrtcbin's thread with the reply: `field` of it, or null and what went wrong.
using Reply = std::function<void(const GValue* field, const std::string& error)>;
GstPromise* promise(const char* field, Reply received) {
  struct Waiting {
    const char* field;
    Reply received;
  };
  auto changed = [](GstPromise* promise, gpointer data) {
    g_autoptr(GstPromise) owned = promise;
    const auto* waiting = static_cast<Waiting*>(data);
    const GstStructure* reply =
        gst_promise_wait(owned) == GST_PROMISE_RESULT_REPLIED ? gst_promise_get_reply(owned) : nullptr;
    g_autoptr(GError) error = nullptr;
    if (reply != nullptr && gst_structure_has_field(reply, "error"))
      gst_structure_get(reply, "error", G_TYPE_ERROR, &error, nullptr);
    const GValue* value =
        reply != nullptr && error == nullptr ? gst_structure_get_value(reply, waiting->field) : nullptr;
    waiting->received(value, error != nullptr ? error->message : "");
  };
  return gst_promise_new_with_change_func(changed, new Waiting{field, std::move(received)},
                                          [](gpointer data) { delete static_cast<Waiting*>(data); });
}

template <typename Work>
void eachBuffer(const GstPadProbeInfo* info, Work work) {
  auto map = [&](GstBuffer* buffer) {
    GstMapInfo bytes;
    if (!gst_buffer_map(buffer, &bytes, GST_MAP_READ)) return;
    work(std::span<const uint8_t>(bytes.data, bytes.size));
    gst_buffer_unmap(buffer, &bytes);
  };
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    map(GST_BUFFER(info->data));
  } else {
    GstBufferList* list = GST_BUFFER_LIST(info->data);
    for (guint i = 0; i < gst_buffer_list_length(list); ++i) map(gst_buffer_list_get(list, i));
  }
}

void probe(GstPad* pad, GstPadProbeCallback callback, gpointer data) {
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
                    callback, data, nullptr);
}

/// Received tracks are thrown away: they were counted before.
void discardTrack(GstElement* peer, GstPad* pad, gpointer pipeline) {
  if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
  (void)peer;
  GstElement* sink = gst_element_factory_make("fakesink", nullptr);
  g_object_set(sink, "async", FALSE, "sync", FALSE, nullptr);
  gst_bin_add(GST_BIN(pipeline), sink);
  g_autoptr(GstPad) input = gst_element_get_static_pad(sink, "sink");
  gst_pad_link(pad, input);
  gst_element_sync_state_with_parent(sink);
}

/// Waits for who sends; sctpdec ends first, and frees what is sent through (1.22).
void endSending(GstElement* pipeline) {
  auto end = [](GstElement*, GstPad* pad, gpointer) { return gst_pad_set_active(pad, FALSE); };
  GstIterator* senders = gst_bin_iterate_all_by_element_factory_name(GST_BIN(pipeline), "sctpenc");
  g_auto(GValue) sender = G_VALUE_INIT;
  while (gst_iterator_next(senders, &sender) == GST_ITERATOR_OK) {
    gst_element_foreach_sink_pad(static_cast<GstElement*>(g_value_get_object(&sender)), end, nullptr);
    g_value_reset(&sender);
  }
  gst_iterator_free(senders);
}

Codec codecOf(const std::string& encoding) {
  if (encoding == "VP8") return Codec::vp8;
  return encoding == "H264" ? Codec::h264 : Codec::other;
}

}  // namespace

Viewer::~Viewer() {
  if (reportTimer_ != 0) g_source_remove(reportTimer_);
  if (pingTimer_ != 0) g_source_remove(pingTimer_);
  if (controlTimer_ != 0) g_source_remove(controlTimer_);
  if (socket_ != nullptr) g_signal_handlers_disconnect_by_data(socket_, this);
  if (socket_ != nullptr && soup_websocket_connection_get_state(socket_) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close(socket_, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, nullptr);
  if (pipeline_ != nullptr) {
    endSending(pipeline_);
    gst_element_set_state(pipeline_, GST_STATE_NULL);
  }
  g_clear_object(&pipeline_);
  // webrtcbin's threads use them without a reference of their own, up to there
  g_clear_object(&control_);
  g_clear_object(&results_);
  g_clear_object(&socket_);
  g_clear_object(&session_);
}

void Viewer::fail(const std::string& message) {
  g_printerr("cv-test-viewer: %s\n", message.c_str());
  exitCode_ = 1;
  g_main_loop_quit(loop_);
}

void Viewer::start() {
  start_ = g_get_monotonic_time();
  g_autoptr(GUri) uri = g_uri_parse(options_.url.c_str(), G_URI_FLAGS_NONE, nullptr);
  g_autoptr(SoupMessage) message = uri != nullptr ? soup_message_new_from_uri(SOUP_METHOD_GET, uri) : nullptr;
  if (message == nullptr) return fail("not an address like ws://127.0.0.1:8080/ws: " + options_.url);
  if (!makePeer()) return fail("no webrtcbin: install gstreamer1.0-plugins-bad and gstreamer1.0-nice");
  const std::string host = g_uri_get_host(uri);
  const std::string address = host == "127.0.0.1" || host == "localhost" ? "127.0.0.1" : options_.address;
  if (!address.empty() && !bindTo(address)) return fail("cannot bind ICE to " + address);

  const std::string origin = "http://" + host + ":" + std::to_string(std::max(g_uri_get_port(uri), 1));
  session_ = soup_session_new();
  soup_session_websocket_connect_async(
      session_, message, origin.c_str(), nullptr, G_PRIORITY_DEFAULT, nullptr,
      [](GObject* session, GAsyncResult* result, gpointer data) {
        auto* self = static_cast<Viewer*>(data);
        g_autoptr(GError) error = nullptr;
        auto* socket = soup_session_websocket_connect_finish(SOUP_SESSION(session), result, &error);
        if (socket == nullptr) return self->fail("cannot connect to " + self->options_.url + ": " + error->message);
        self->connected(socket);
      },
      this);
  auto print = [](gpointer self) -> gboolean {
    g_print("%s\n", static_cast<const Viewer*>(self)->report(false).c_str());
    return G_SOURCE_CONTINUE;
  };
  reportTimer_ = g_timeout_add(options_.interval, print, this);
  auto ping = [](gpointer self) -> gboolean { return static_cast<Viewer*>(self)->ping(), G_SOURCE_CONTINUE; };
  if (options_.ping) pingTimer_ = g_timeout_add_seconds(1, ping, this);
}

bool Viewer::makePeer() {
  peer_ = gst_element_factory_make("webrtcbin", "peer");
  if (peer_ == nullptr) return false;
  pipeline_ = GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr)));
  gst_bin_add(GST_BIN(pipeline_), peer_);
  g_object_set(peer_, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency", options_.nack ? 200 : 0,
               nullptr);  // with 0 it asks for what is only on its way

  // Without these two, libnice 0.1.21 opens UPnP and TCP sockets. The reference is taken as it comes: ice-agent floats.
  g_autoptr(GObject) ice = nullptr;
  g_autoptr(GObject) agent = nullptr;
  g_object_get(peer_, "ice-agent", &ice, nullptr);
  g_object_get(ice, "agent", &agent, nullptr);
  g_object_set(agent, "upnp", FALSE, nullptr);
  g_object_set(ice, "ice-tcp", FALSE, nullptr);

  g_autoptr(GstElement) rtpbin = gst_bin_get_by_name(GST_BIN(peer_), "rtpbin");
  g_signal_connect(rtpbin, "pad-added", G_CALLBACK(onRtpPad), this);
  g_signal_connect(peer_, "deep-element-added", G_CALLBACK(onElement), this);
  g_signal_connect(peer_, "pad-added", G_CALLBACK(discardTrack), pipeline_);
  auto repair =
      +[](GstElement*, GstWebRTCRTPTransceiver* transceiver) { g_object_set(transceiver, "do-nack", TRUE, nullptr); };
  if (options_.nack) g_signal_connect(peer_, "on-new-transceiver", G_CALLBACK(repair), nullptr);
  g_signal_connect(peer_, "on-ice-candidate", G_CALLBACK(onCandidate), this);
  g_signal_connect(peer_, "on-data-channel", G_CALLBACK(onDataChannel), this);
  return gst_element_set_state(pipeline_, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

/// On the wire: everything that looks like RTP, by the headers that SRTP leaves readable.
void Viewer::onElement(GstBin* /*peer*/, GstBin* /*parent*/, GstElement* element, Viewer* self) {
  GstElementFactory* factory = gst_element_get_factory(element);
  const char* name = factory != nullptr ? GST_OBJECT_NAME(factory) : "";
  // webrtcbin's own id is random; two that are the same in one process hang it (fixed in 1.27.1)
  if (g_str_equal(name, "sctpenc") || g_str_equal(name, "sctpdec"))
    g_object_set(element, "sctp-association-id", self->options_.number + 1, nullptr);
  if (g_str_equal(name, "rtpsession")) {
    g_autoptr(GObject) session = nullptr;
    g_object_get(element, "internal-session", &session, nullptr);
    g_object_set(session, "twcc-feedback-interval", kReportInterval, nullptr);
  }
  if (!self->options_.channels && g_str_equal(name, "sctpdec")) {
    g_autoptr(GstPad) sink = gst_element_get_static_pad(element, "sink");
    probe(
        sink, +[](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_DROP; }, nullptr);
  }
  if (!g_str_equal(name, "nicesrc")) return;
  g_autoptr(GstPad) pad = gst_element_get_static_pad(element, "src");
  auto count = [](GstPad*, GstPadProbeInfo* info, gpointer data) {
    eachBuffer(info, [data](auto packet) {
      if (RtpCounter::isRtp(packet)) ++static_cast<Viewer*>(data)->wirePackets_;
    });
    return GST_PAD_PROBE_OK;
  };
  probe(pad, count, self);
}

/// Decrypted, and before the jitter buffer, which would drop what is late.
void Viewer::onRtpPad(GstElement* /*rtpbin*/, GstPad* pad, Viewer* self) {
  if (!g_str_has_prefix(GST_OBJECT_NAME(pad), "recv_rtp_sink")) return;
  auto count = [](GstPad*, GstPadProbeInfo* info, gpointer data) {
    auto* viewer = static_cast<Viewer*>(data);
    eachBuffer(info, [viewer](auto packet) { viewer->rtp_.packet(packet); });
    if (viewer->firstFrame_ == 0 && viewer->rtp_.counts().markers > 0) viewer->firstFrame_ = g_get_monotonic_time();
    return GST_PAD_PROBE_OK;
  };
  probe(pad, count, self);
}

void Viewer::onCandidate(GstElement* /*peer*/, guint section, const char* candidate, Viewer* self) {
  if (!self->options_.candidates) return;
  JsonWriting message;
  message.add("type", "candidate").add("candidate", candidate).add("sdpMLineIndex", static_cast<int64_t>(section));
  post([self, text = message.text()] { self->sendSignalling(text); });
}

void Viewer::onDataChannel(GstElement* /*peer*/, GstWebRTCDataChannel* channel, Viewer* self) {
  auto message = +[](GstWebRTCDataChannel*, const char* text, Viewer* viewer) {
    post([viewer, copy = std::string(text != nullptr ? text : "")] { viewer->channelMessage(copy.c_str()); });
  };
  g_signal_connect(channel, "on-message-string", G_CALLBACK(message), self);
  post([self, kept = GST_WEBRTC_DATA_CHANNEL(g_object_ref(channel))] { self->channelOpened(kept); });
}

void Viewer::channelOpened(GstWebRTCDataChannel* channel) {
  g_autofree char* label = nullptr;
  g_object_get(channel, "label", &label, nullptr);
  GstWebRTCDataChannel*& place = g_strcmp0(label, "control") == 0 ? control_ : results_;
  if (place != nullptr) return fail("a data channel was opened twice");
  place = channel;
  if (place != control_ || options_.control.empty()) return;
  auto next = [](gpointer data) -> gboolean {
    auto* self = static_cast<Viewer*>(data);
    self->sendControl(self->options_.control[self->nextControl_++ % self->options_.control.size()]);
    return G_SOURCE_CONTINUE;
  };
  next(this);
  if (options_.controlInterval > 0) controlTimer_ = g_timeout_add(options_.controlInterval, next, this);
}

bool Viewer::bindTo(const std::string& address) {
  g_autoptr(GObject) ice = nullptr;
  gboolean bound = FALSE;
  g_object_get(peer_, "ice-agent", &ice, nullptr);
  g_signal_emit_by_name(ice, "add-local-ip-address", address.c_str(), &bound);
  return bound != FALSE;
}

void Viewer::connected(SoupWebsocketConnection* socket) {
  socket_ = socket;
  g_signal_connect(socket_, "message",
                   G_CALLBACK(+[](SoupWebsocketConnection*, gint type, GBytes* bytes, Viewer* self) {
                     if (type != SOUP_WEBSOCKET_DATA_TEXT) return self->fail("the server sent a binary message");
                     gsize size = 0;
                     const auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
                     self->signalling(std::string(data, size).c_str());
                   }),
                   this);
  g_signal_connect(socket_, "closed", G_CALLBACK(+[](SoupWebsocketConnection* closed, Viewer* self) {
                     self->closeStatus_ = soup_websocket_connection_get_close_code(closed);
                     if (self->exitCode_ == 0) self->exitCode_ = 2;
                     g_main_loop_quit(self->loop_);
                   }),
                   this);
}

void Viewer::signalling(const char* text) {
  const JsonReading message(text);
  const std::string type = message.text("type");
  if (type == "offer") {
    carried(text, message.text("sdp"));
    return offer(message.text("sdp"));
  }
  if (type == "candidate") {
    const std::string candidate = message.text("candidate");
    if (!candidate.empty())
      g_signal_emit_by_name(peer_, "add-ice-candidate", static_cast<guint>(message.integer("sdpMLineIndex", 0)),
                            candidate.c_str());
    return;
  }
  if (type != "error") return fail("not in the protocol: " + std::string(text));
  if (const std::string stream = message.text("stream"); !stream.empty()) {
    streams_[stream].code = message.text("code");
    return;
  }
  errorCode_ = message.text("code");
  errorMessage_ = message.text("message");
  g_printerr("cv-test-viewer: %s: %s\n", errorCode_.c_str(), errorMessage_.c_str());
}

/// Which packets are of which stream, where the connection carries several: by the SSRC of a stream's media section.
void Viewer::carried(const std::string& offer, const std::string& sdp) {
  static const std::regex entry("\"name\":\"([^\"]+)\",\"mids\":\\[\"([^\"]+)\"");
  for (std::sregex_iterator match(offer.begin(), offer.end(), entry), end; match != end; ++match) {
    const size_t inside = sdp.find("a=mid:" + (*match)[2].str() + "\r\n");
    const std::string section = inside != std::string::npos ? sdp.substr(sdp.rfind("\nm=", inside)) : "";
    static const std::regex ssrc("a=ssrc:(\\d+) ");
    std::smatch found;
    if (!std::regex_search(section, found, ssrc)) return fail("a stream has no SSRC in the offer");
    if (first_.empty()) first_ = (*match)[1];
    streams_[(*match)[1]].ssrc = static_cast<uint32_t>(std::stoul(found[1]));
  }
}

void Viewer::offer(const std::string& text) {
  static const std::regex rtpmap("a=rtpmap:(\\d+) ([A-Za-z0-9-]+)/");
  for (std::sregex_iterator match(text.begin(), text.end(), rtpmap), end; match != end; ++match) {
    if ((*match)[2] == "rtx") continue;
    const unsigned payloadType = std::stoul((*match)[1]);
    encodings_[payloadType] = (*match)[2];
    rtp_.addPayloadType(payloadType, codecOf((*match)[2]));
  }

  static const std::regex extension("a=extmap:(\\d+ \\S*transport-wide-cc\\S*)");
  if (std::smatch match; std::regex_search(text, match, extension)) transportCc_ = match[1];

  GstSDPMessage* sdp = nullptr;
  if (gst_sdp_message_new_from_text(text.c_str(), &sdp) != GST_SDP_OK) return fail("the offer is not SDP");
  g_autoptr(GstWebRTCSessionDescription) description =
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_OFFER, sdp);
  auto applied = [this](const GValue*, const std::string& error) {
    if (!error.empty()) return post([this, error] { fail("the offer was not accepted: " + error); });
    auto made = [this](const GValue* value, const std::string& problem) {
      if (value == nullptr) return post([this, problem] { fail("no answer could be made: " + problem); });
      auto* copy = static_cast<GstWebRTCSessionDescription*>(g_value_dup_boxed(value));
      post([this, copy] { answer(copy); });
    };
    g_signal_emit_by_name(peer_, "create-answer", nullptr, promise("answer", made));
  };
  g_signal_emit_by_name(peer_, "set-remote-description", description, promise("", applied));
}

/// webrtcbin (1.22) takes an offer's feedback into its answer, but no header extension, which feedback needs.
bool Viewer::acceptTransportCc(GstSDPMessage* sdp) const {
  for (guint i = 0; i < gst_sdp_message_medias_len(sdp); ++i) {
    auto* media = const_cast<GstSDPMedia*>(gst_sdp_message_get_media(sdp, i));
    if (!g_str_equal(gst_sdp_media_get_media(media), "video")) continue;
    gst_sdp_media_add_attribute(media, "extmap", transportCc_.c_str());
  }
  return !transportCc_.empty();
}

void Viewer::answer(GstWebRTCSessionDescription* description) {
  g_autoptr(GstWebRTCSessionDescription) owned = description;
  if (options_.reports && !acceptTransportCc(owned->sdp)) return fail("the offer has no transport-cc");
  g_autoptr(GstPromise) unheeded = gst_promise_new();
  g_signal_emit_by_name(peer_, "set-local-description", owned, unheeded);
  g_autofree char* text = gst_sdp_message_as_text(owned->sdp);
  std::string sdp = text;
  if (options_.falseFingerprint) {
    static const std::regex hex("(a=fingerprint:[A-Za-z0-9-]+) [0-9A-Fa-f:]+");
    std::string same = "AA";
    for (int i = 1; i < 32; ++i) same += ":AA";
    sdp = std::regex_replace(sdp, hex, "$1 " + same);
  }
  JsonWriting message;
  answered_ = g_get_monotonic_time();
  sendSignalling(message.add("type", "answer").add("sdp", sdp).text());
}

void Viewer::channelMessage(const char* text) {
  const JsonReading message(text);
  const std::string type = message.text("type");
  if (!first_.empty() && !streams_.contains(message.text("stream"))) return fail("of no stream: " + std::string(text));
  if (type == "result" && !first_.empty()) ++streams_[message.text("stream")].results;
  if (type == "pong") pong(message);
  if (type == "result") {
    ++resultCount_;
    if (options_.listFrames) resultIds_.push_back(static_cast<uint32_t>(message.integer("frame", 0)));
    objects_ += message.length("objects");
    lastResult_[message.text("model")] = text;
  }
  if (type == "model") modelStates_[message.text("model")] = text;
  if (type == "stream") {
    sourceState_ = message.text("state");
    epoch_ = message.real("epoch");
    if (!message.isNull("rtpOffset")) rtpOffset_ = static_cast<uint32_t>(message.integer("rtpOffset", 0));
  }
}

/// A server on this machine has this clock: it answered after the ping was sent, and before the pong came.
void Viewer::pong(const JsonReading& message) {
  ++pongs_;
  const int64_t sent = message.integer("t", 0);
  const auto answered = static_cast<int64_t>(message.real("now") * 1000);
  clockError_ = std::max({clockError_, sent - answered, answered - g_get_real_time()});
}

void Viewer::sendSignalling(const std::string& text) {
  if (socket_ != nullptr && soup_websocket_connection_get_state(socket_) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text(socket_, text.c_str());
}

void Viewer::sendControl(const std::string& text) {
  GstWebRTCDataChannelState state = GST_WEBRTC_DATA_CHANNEL_STATE_CLOSED;
  if (control_ != nullptr) g_object_get(control_, "ready-state", &state, nullptr);
  if (state == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN) g_signal_emit_by_name(control_, "send-string", text.c_str());
}

void Viewer::ping() {
  JsonWriting ping;
  if (!first_.empty()) ping.add("stream", first_);
  sendControl(ping.add("type", "ping").add("t", g_get_real_time()).text());
}

std::string Viewer::report(bool final) const {
  const RtpCounts counts = rtp_.counts();
  GstWebRTCPeerConnectionState state = GST_WEBRTC_PEER_CONNECTION_STATE_NEW;
  if (peer_ != nullptr) g_object_get(peer_, "connection-state", &state, nullptr);
  g_autoptr(GEnumClass) states = static_cast<GEnumClass*>(g_type_class_ref(GST_TYPE_WEBRTC_PEER_CONNECTION_STATE));
  const int64_t first = firstFrame_;
  std::map<std::string, std::string> tracks;
  for (const auto& [ssrc, track] : rtp_.tracks()) {
    JsonWriting one;
    one.add("encoding", encodings_.at(track.payloadType)).add("packets", static_cast<int64_t>(track.packets));
    tracks[std::to_string(ssrc)] = one.add("frames", static_cast<int64_t>(track.frames)).text();
  }
  JsonWriting line;
  line.add("viewer", int64_t{options_.number}).add("final", static_cast<int64_t>(final));
  line.add("ms", (g_get_monotonic_time() - start_) / 1000);
  line.add("connection", g_enum_get_value(states, state)->value_nick);
  line.add("wirePackets", wirePackets_).add("packets", static_cast<int64_t>(counts.packets)).add("lost", counts.lost);
  line.add("frames", static_cast<int64_t>(counts.frames)).add("markers", static_cast<int64_t>(counts.markers));
  line.add("keyFrames", static_cast<int64_t>(counts.keyFrames)).add("streams", static_cast<int64_t>(tracks.size()));
  line.add("startsWithKeyFrame", static_cast<int64_t>(counts.startsWithKeyFrame)).add("tracks", tracks);
  std::map<std::string, std::string> streams;
  const auto all = rtp_.tracks();
  for (const auto& [name, stream] : streams_) {
    const auto track = all.find(stream.ssrc);
    JsonWriting one;
    one.add("frames", static_cast<int64_t>(track != all.end() ? track->second.frames : 0));
    streams[name] = one.add("results", stream.results).add("code", stream.code).text();
  }
  line.add("carried", streams);
  line.add("longestStep", static_cast<int64_t>(counts.longestStep));
  line.add("firstFrameMs", first != 0 ? (first - start_) / 1000 : int64_t{-1});
  line.add("answerMs", answered_ != 0 ? (answered_ - start_) / 1000 : int64_t{-1});
  line.add("results", resultCount_).add("objects", objects_).add("pongs", pongs_).add("source", sourceState_);
  line.add("clockErrorUs", clockError_).add("epochUs", static_cast<int64_t>(epoch_ * 1000));
  line.add("lastResults", lastResult_).add("models", modelStates_);
  line.add("code", errorCode_).add("message", errorMessage_).add("closeStatus", static_cast<int64_t>(closeStatus_));
  if (final && options_.listFrames) {
    // ids, once it is known what they are
    auto add = [&](const char* name, std::vector<uint32_t> timestamps) {
      for (uint32_t& timestamp : timestamps) timestamp -= rtpOffset_.value_or(0);
      line.add(name, rtpOffset_ ? timestamps : std::vector<uint32_t>{});
    };
    add("frameIds", rtp_.timestamps());
    add("keyIds", rtp_.keyTimestamps());
    line.add("resultIds", resultIds_);
  }
  return line.text();
}
