// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer_pipeline.h"

#include <gst/rtp/rtp.h>
#include <nice/agent.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "clone_element.h"
#include "core/frame_id.h"
#include "media/reaper.h"

namespace {

GstPtr<GstElement> make_element(const char* factory, const char* name = nullptr) {
  auto element = gst_adopt(gst_element_factory_make(factory, name));
  if (!element) throw std::runtime_error(std::string("the element \"") + factory + "\" is not there");
  return element;
}

bool has_factory(GstElement* element, const char* name) {
  GstElementFactory* factory = gst_element_get_factory(element);
  return factory && std::strcmp(GST_OBJECT_NAME(factory), name) == 0;
}

// webrtcbin picks a random id for its SCTP association. Before 1.28 two equal ids hang the process.
void set_association_id(GstElement* webrtcbin, GstElement* added, gpointer) {
  if (!has_factory(added, "sctpenc") && !has_factory(added, "sctpdec")) return;
  auto id = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(webrtcbin), "cv-association-id"));
  g_object_set(added, "sctp-association-id", id, nullptr);
}

guint next_association_id() {
  constexpr guint kIds = 65534;
  static guint last = 0;  // main thread; an id comes again long after its viewer has gone
  last = last % kIds + 1;
  return last;
}

// Each input of webrtcbin has a clocksync that holds packets until PTS + latency.
void switch_clocksync_off(GstBin*, GstBin*, GstElement* added, gpointer) {
  if (has_factory(added, "clocksync")) g_object_set(added, "sync", FALSE, nullptr);
}

// webrtcbin keeps 500 packets for retransmission. At two packets a frame that is 8 s and 0.9 MB for each viewer; at 4
// Mbit/s it is 1 s. Browsers ask for a packet at most ten times, once in a round trip.
void shorten_history(GstBin*, GstBin*, GstElement* added, gpointer) {
  constexpr guint kHistoryMs = 2000;
  if (has_factory(added, "rtprtxsend")) g_object_set(added, "max-size-time", kHistoryMs, nullptr);
}

GObjectPtr<NiceAgent> agent_of(GstElement* webrtcbin) {
  g_autoptr(GObject) ice = nullptr;
  g_object_get(webrtcbin, "ice-agent", &ice, nullptr);
  NiceAgent* agent = nullptr;
  g_object_get(ice, "agent", &agent, nullptr);
  return GObjectPtr<NiceAgent>(agent);
}

void prepare_webrtcbin(GstElement* webrtcbin, const Ice& options) {
  gint bundle = 0;
  g_object_get(webrtcbin, "bundle-policy", &bundle, nullptr);
  if (bundle == GST_WEBRTC_BUNDLE_POLICY_NONE)
    g_object_set(webrtcbin, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, nullptr);
  g_autoptr(GObject) ice = nullptr;
  g_object_get(webrtcbin, "ice-agent", &ice, nullptr);
  const auto agent = agent_of(webrtcbin);
  // Debian's libnice would open SSDP sockets and map ports on the router. Its ICE-TCP has bugs before 0.1.23.
  g_object_set(agent.get(), "upnp", FALSE, "stun-pacing-timer", 5U, nullptr);
  g_object_set(ice, "ice-tcp", FALSE, nullptr);
  // With servers there are pairs that can't work, and libnice (0.1.21) chooses the only pair that does when the others
  // have failed. With three tries of each that is after 2 s, which is all the page's patience; browsers try again
  // anyway.
  if (!options.servers.empty()) g_object_set(agent.get(), "stun-max-retransmissions", 2U, nullptr);
  if (options.udp_ports.max != 0)
    g_object_set(ice, "min-rtp-port", options.udp_ports.min, "max-rtp-port", options.udp_ports.max, nullptr);
  for (const auto& address : options.addresses) {
    gboolean added = FALSE;
    g_signal_emit_by_name(ice, "add-local-ip-address", address.c_str(), &added);
    if (!added) throw std::runtime_error("ICE does not take the address " + address);
  }
  g_object_set_data(G_OBJECT(webrtcbin), "cv-association-id", GUINT_TO_POINTER(next_association_id()));
  g_signal_connect(webrtcbin, "element-added", G_CALLBACK(set_association_id), nullptr);
  g_signal_connect(webrtcbin, "deep-element-added", G_CALLBACK(switch_clocksync_off), nullptr);
  g_signal_connect(webrtcbin, "deep-element-added", G_CALLBACK(shorten_history), nullptr);
}

std::string escaped(const std::string& text) {
  return take_string(g_uri_escape_string(text.c_str(), nullptr, FALSE));
}

// This side may need them too. What libnice (0.1.21) calls TLS is none, so turns: is for browsers only: their relay
// reaches us by UDP. Whether there is one that relays.
bool add_servers(GstElement* webrtcbin, const Ice& ice, const stun::Login& login) {
  bool relays = false;
  for (const auto& server : ice.servers) {
    const std::string host =
        server.address.find(':') == std::string::npos ? server.address : "[" + server.address + "]";
    const std::string place = host + ":" + std::to_string(server.port);
    if (server.kind == IceServer::Kind::kStun)
      g_object_set(webrtcbin, "stun-server", ("stun://" + place).c_str(), nullptr);
    if (server.kind != IceServer::Kind::kTurn) continue;
    const stun::Login& known = server.login ? *server.login : login;
    const std::string uri = "turn://" + escaped(known.user) + ":" + escaped(known.password) + "@" + place +
                            "?transport=" + (server.tcp ? "tcp" : "udp");
    gboolean added = FALSE;
    g_signal_emit_by_name(webrtcbin, "add-turn-server", uri.c_str(), &added);
    if (!added) throw std::runtime_error("webrtcbin does not take the server " + server.url());
    relays = true;
  }
  return relays;
}

GstBuffer* first_packet(GstPadProbeInfo* info) {
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) return GST_PAD_PROBE_INFO_BUFFER(info);
  GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
  return gst_buffer_list_length(list) > 0 ? gst_buffer_list_get(list, 0) : nullptr;
}

// Watches packets behind the payloader: learns the stream's SSRC and RTP offset. Lets no packet through before the feed
// is open, which is after the check of the viewer's DTLS certificate.
void add_gate(GstPad* pad, const ViewerStream& stream) {
  // It lives as long as the pipeline, which may be longer than a stream's encodings.
  struct Gate {
    std::shared_ptr<const std::atomic<bool>> opened;
    std::shared_ptr<RtpClock> rtp;
  };
  gst_pad_add_probe(
      pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        const auto* gate = static_cast<Gate*>(data);
        GstBuffer* packet = first_packet(info);
        GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
        if (gate->rtp->offset < 0 && packet && GST_BUFFER_PTS_IS_VALID(packet) &&
            gst_rtp_buffer_map(packet, GST_MAP_READ, &rtp)) {
          gate->rtp->ssrc = gst_rtp_buffer_get_ssrc(&rtp);
          gate->rtp->offset = gst_rtp_buffer_get_timestamp(&rtp) - frame_id(GST_BUFFER_PTS(packet));
          gst_rtp_buffer_unmap(&rtp);
        }
        return *gate->opened ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
      },
      new Gate{stream.feed->opened(), stream.rtp}, [](gpointer data) { delete static_cast<Gate*>(data); });
}

// Recognises a frame by its packets, and notes when they were sent.
struct Sending {
  std::shared_ptr<RtpClock> rtp;
  std::shared_ptr<FrameDelays> delays;
  std::shared_ptr<const Timebase> timebase;

  void note(GstBuffer* packet) const {
    std::array<guint8, 12> header{};
    const gsize size = gst_buffer_extract(packet, 0, header.data(), header.size());
    if (const auto timestamp = end_of_frame(header.data(), size, rtp->ssrc))
      delays->sent(*timestamp - static_cast<std::uint32_t>(rtp->offset), static_cast<std::int64_t>(timebase->now()));
  }
};

// `sink` is where packets leave for the network. All streams of a viewer go through the same one.
void probe_sending(GstElement* sink, const Sending& sending) {
  g_autoptr(GstPad) pad = gst_element_get_static_pad(sink, "sink");
  gst_pad_add_probe(
      pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        const auto& sending = *static_cast<Sending*>(data);
        if (sending.rtp->offset < 0) return GST_PAD_PROBE_OK;
        if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
          sending.note(GST_PAD_PROBE_INFO_BUFFER(info));
        } else {
          GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
          for (guint i = 0; i < gst_buffer_list_length(list); ++i) sending.note(gst_buffer_list_get(list, i));
        }
        return GST_PAD_PROBE_OK;
      },
      new Sending(sending), [](gpointer data) { delete static_cast<Sending*>(data); });
}

// A browser asks its own webrtcbin for key frames, but the encoder is in the producer: so the requests are handed on.
void forward_key_frame_requests(GstElement* appsrc, std::weak_ptr<Feed> feed) {
  g_autoptr(GstPad) pad = gst_element_get_static_pad(appsrc, "src");
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
        if (GST_EVENT_TYPE(event) == GST_EVENT_CUSTOM_UPSTREAM && gst_event_has_name(event, "GstForceKeyUnit"))
          if (const auto feed = static_cast<std::weak_ptr<Feed>*>(data)->lock()) feed->request_key_frame(false);
        return GST_PAD_PROBE_OK;
      },
      new std::weak_ptr(std::move(feed)), [](gpointer data) { delete static_cast<std::weak_ptr<Feed>*>(data); });
}

// appsrc and clones of the template's elements, linked to a new input of webrtcbin.
ViewerStream make_stream(ViewerPipeline& viewer, const Stream& source) {
  const auto appsrc = make_element("appsrc");
  g_object_set(appsrc.get(), "is-live", TRUE, "format", GST_FORMAT_TIME, "max-bytes", G_GUINT64_CONSTANT(0), nullptr);
  gst_bin_add(GST_BIN(viewer.pipeline.get()), appsrc.get());
  GstElement* last = appsrc.get();
  ViewerStream stream;
  stream.rtp = std::make_shared<RtpClock>();
  for (const auto& element : source.chain()) {
    const auto copy = clone_element(element.get());
    if (last == appsrc.get() && source.is_video()) {
      stream.playout_delay = add_playout_delay(copy.get());
      stream.network = RtpNetwork::watch(copy.get(), viewer.webrtcbin.get(), stream.rtp, viewer.sharers);
    }
    // with perfect-rtptime the buffer offsets would replace the clock that frame ids are made of
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(copy.get()), "perfect-rtptime"))
      g_object_set(copy.get(), "perfect-rtptime", FALSE, nullptr);
    gst_bin_add(GST_BIN(viewer.pipeline.get()), copy.get());
    if (!gst_element_link(last, copy.get())) throw std::runtime_error("a viewer's elements can't be linked");
    last = copy.get();
  }
  stream.feed = std::make_shared<Feed>(std::make_unique<AppsrcOutlet>(appsrc.get()), source.top().fan_out());
  forward_key_frame_requests(appsrc.get(), stream.feed);
  g_autoptr(GstPad) src = gst_element_get_static_pad(last, "src");
  add_gate(src, stream);
  stream.webrtc_pad.reset(gst_element_request_pad_simple(viewer.webrtcbin.get(), "sink_%u"));
  if (!stream.webrtc_pad || GST_PAD_LINK_FAILED(gst_pad_link(src, stream.webrtc_pad.get())))
    throw std::runtime_error("webrtcbin takes no stream; is the Debian package gstreamer1.0-nice installed?");
  GstWebRTCRTPTransceiver* transceiver = nullptr;
  g_object_get(stream.webrtc_pad.get(), "transceiver", &transceiver, nullptr);
  stream.transceiver.reset(transceiver);
  // Chromium takes no sound that is offered with retransmission (RTX)
  const gboolean video = stream.playout_delay != nullptr;
  g_object_set(transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "do-nack", video, nullptr);
  return stream;
}

void measure_sending(const ViewerPipeline& viewer, const ViewerStream& stream, const Output& output) {
  g_signal_connect_data(
      viewer.webrtcbin.get(), "deep-element-added", G_CALLBACK(+[](GstBin*, GstBin*, GstElement* added, gpointer data) {
        if (has_factory(added, "nicesink")) probe_sending(added, *static_cast<Sending*>(data));
      }),
      new Sending{stream.rtp, stream.feed->delays(), output.timebase()},
      [](gpointer data, GClosure*) { delete static_cast<Sending*>(data); }, static_cast<GConnectFlags>(0));
}

void listen(const ViewerPipeline& viewer) {
  using Heard = std::shared_ptr<std::atomic<gint64>>;
  g_signal_connect_data(
      viewer.webrtcbin.get(), "deep-element-added", G_CALLBACK(+[](GstBin*, GstBin*, GstElement* added, gpointer data) {
        if (!has_factory(added, "nicesrc")) return;
        g_autoptr(GstPad) pad = gst_element_get_static_pad(added, "src");
        gst_pad_add_probe(
            pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
            [](GstPad*, GstPadProbeInfo*, gpointer data) {
              (*static_cast<Heard*>(data))->store(g_get_monotonic_time());
              return GST_PAD_PROBE_OK;
            },
            new Heard(*static_cast<Heard*>(data)), [](gpointer data) { delete static_cast<Heard*>(data); });
      }),
      new Heard(viewer.heard), [](gpointer data, GClosure*) { delete static_cast<Heard*>(data); },
      static_cast<GConnectFlags>(0));
}

GObjectPtr<GstWebRTCDataChannel> make_channel(GstElement* webrtcbin, const char* label, bool ordered) {
  g_autoptr(GstStructure) options = gst_structure_new("options", "ordered", G_TYPE_BOOLEAN, ordered, nullptr);
  GstWebRTCDataChannel* channel = nullptr;
  g_signal_emit_by_name(webrtcbin, "create-data-channel", label, options, &channel);
  if (!channel) throw std::runtime_error(std::string("webrtcbin made no data channel \"") + label + "\"");
  return GObjectPtr<GstWebRTCDataChannel>(channel);
}

// TURN servers would keep them for ten minutes, and a user may have only so many. webrtcbin does it since 1.24.
void give_relays_back(NiceAgent* agent) {
  constexpr guint kPatienceMs = 1000;
  g_autoptr(GMainContext) context = g_main_context_new();  // where the agent tells that it is done
  g_main_context_push_thread_default(context);
  bool over = false;
  nice_agent_close_async(
      agent, [](GObject*, GAsyncResult*, gpointer data) { *static_cast<bool*>(data) = true; }, &over);
  g_autoptr(GSource) timeout = g_timeout_source_new(kPatienceMs);
  g_source_set_callback(
      timeout,
      [](gpointer data) -> gboolean {
        *static_cast<bool*>(data) = true;
        return G_SOURCE_REMOVE;
      },
      &over, nullptr);
  g_source_attach(timeout, context);
  while (!over) g_main_context_iteration(context, TRUE);
  g_source_destroy(timeout);
  g_main_context_pop_thread_default(context);
}

}  // namespace

ViewerPipeline make_viewer_pipeline(const Output& output, const Ice& ice, const stun::Login& login,
                                    const std::string& name) {
  ViewerPipeline viewer;
  viewer.pipeline = gst_adopt(gst_pipeline_new(name.c_str()));
  viewer.webrtcbin = clone_element(output.webrtcbin());
  prepare_webrtcbin(viewer.webrtcbin.get(), ice);
  viewer.relayed = add_servers(viewer.webrtcbin.get(), ice, login);
  gst_bin_add(GST_BIN(viewer.pipeline.get()), viewer.webrtcbin.get());
  gst_pipeline_use_clock(GST_PIPELINE(viewer.pipeline.get()), output.timebase()->clock.get());
  gst_element_set_start_time(viewer.pipeline.get(), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(viewer.pipeline.get(), output.timebase()->base);
  listen(viewer);
  return viewer;
}

std::vector<ViewerStream> add_streams(ViewerPipeline& viewer, const Output& output) {
  std::vector<ViewerStream> streams;
  streams.reserve(output.streams().size());
  for (const auto& stream : output.streams()) streams.push_back(make_stream(viewer, *stream));
  measure_sending(viewer, streams.front(), output);
  return streams;
}

// webrtcbin tells the agent of servers only before it gathers. The agent itself takes one at any time, and asks it at
// once. webrtcbin has bundled all into one stream, and RTCP into RTP's component.
void add_turn_server(ViewerPipeline& viewer, const IceServer& server) {
  constexpr guint kStream = 1;
  const stun::Login& login = *server.login;
  nice_agent_set_relay_info(agent_of(viewer.webrtcbin.get()).get(), kStream, NICE_COMPONENT_TYPE_RTP,
                            server.address.c_str(), server.port, login.user.c_str(), login.password.c_str(),
                            server.tcp ? NICE_RELAY_TYPE_TURN_TCP : NICE_RELAY_TYPE_TURN_UDP);
  viewer.relayed = true;
}

void make_channels(ViewerPipeline& viewer) {
  viewer.results = make_channel(viewer.webrtcbin.get(), "results", false);
  viewer.control = make_channel(viewer.webrtcbin.get(), "control", true);
}

void end_viewer_pipeline(ViewerPipeline viewer, PromisePtr asked, Reaper& reaper) {
  // Before 1.22.3 a channel's appsrc uses the channel without a reference until it stops, and the channel uses
  // webrtcbin in the same way. So the channels are dropped only after the pipeline has stopped.
  std::vector<GObjectPtr<GObject>> channels;
  for (auto* channel : {&viewer.results, &viewer.control})
    if (*channel) channels.emplace_back(G_OBJECT(channel->release()));
  if (!viewer.relayed || !viewer.webrtcbin) {
    viewer.webrtcbin.reset();
    return reaper.end(std::move(viewer.pipeline), std::move(asked), std::move(channels));
  }
  const std::shared_ptr<NiceAgent> agent = agent_of(viewer.webrtcbin.get());
  viewer.webrtcbin.reset();
  const auto first = [agent, pending = std::shared_ptr<GstPromise>(std::move(asked))] {
    if (pending) gst_promise_wait(pending.get());
    give_relays_back(agent.get());
  };
  reaper.end(std::move(viewer.pipeline), first, std::move(channels));
}
