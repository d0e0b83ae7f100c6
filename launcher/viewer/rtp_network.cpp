// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp_network.h"

#include <gst/rtp/rtp.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "link/feedback.h"

namespace {

constexpr const char* kTransportCc = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
// Beside playout_delay.h's.
constexpr guint kTransportCcId = 13;
constexpr guint kTransportCcFormat = 15;  // of RTCP's transport layer feedback
constexpr std::size_t kUdpIp = 28;
// µs: less than viewer_pipeline.cpp's kHistoryMs.
constexpr gint64 kRepeatable = 1'800'000;
constexpr const char* kRequest = "GstRTPRetransmissionRequest";
constexpr const char* kDuplicate = "cv-duplicate";  // our own request, not the viewer's

bool has_factory(GstElement* element, const char* name) {
  GstElementFactory* factory = gst_element_get_factory(element);
  return factory && std::strcmp(GST_OBJECT_NAME(factory), name) == 0;
}

struct PacketHead {
  std::uint16_t sequence;
  std::uint32_t ssrc;
  std::optional<std::uint16_t> transport_sequence;
};

std::uint32_t number(std::span<const guint8> bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[at + i];
  return value;
}

// What SRTP leaves readable of an RTP packet (RFC 3711, 3.1), with its one-byte header extensions (RFC 8285, 4.2);
// nothing for packets of other kinds (RFC 7983; RTCP: RFC 5761, 4).
std::optional<PacketHead> head_of(std::span<const guint8> bytes) {
  constexpr std::size_t kFixed = 12;
  if (bytes.size() < kFixed || bytes[0] >> 6 != 2 || (bytes[1] >= 192 && bytes[1] < 224)) return std::nullopt;
  PacketHead head{static_cast<std::uint16_t>(number(bytes, 2, 2)), number(bytes, 8, 4), {}};
  std::size_t at = kFixed + 4 * (bytes[0] & 0x0fU);
  if ((bytes[0] & 0x10) == 0 || at + 4 > bytes.size() || number(bytes, at, 2) != 0xbede) return head;
  const std::size_t end = std::min(bytes.size(), at + 4 + 4 * number(bytes, at + 2, 2));
  for (at += 4; at < end; ++at) {
    if (bytes[at] == 0) continue;  // padding
    const std::size_t size = (bytes[at] & 0x0fU) + 1;
    if (bytes[at] >> 4 == kTransportCcId && size == 2 && at + 2 < end)
      head.transport_sequence = static_cast<std::uint16_t>(number(bytes, at + 1, 2));
    at += size;
  }
  return head;
}

}  // namespace

std::shared_ptr<RtpNetwork> RtpNetwork::watch(GstElement* payloader, GstElement* webrtcbin,
                                              std::shared_ptr<RtpClock> rtp, unsigned sharers) {
  std::shared_ptr<RtpNetwork> network(new RtpNetwork(std::move(rtp), sharers));
  GstPtr<GstRTPHeaderExtension> extension(gst_rtp_header_extension_create_from_uri(kTransportCc));
  if (!extension) return network;  // without it nothing is ever reported
  gst_rtp_header_extension_set_id(extension.get(), kTransportCcId);
  g_signal_emit_by_name(payloader, "add-extension", extension.get());
  network->watch_key_frames(payloader);
  g_signal_connect_data(
      webrtcbin, "deep-element-added", G_CALLBACK(+[](GstBin*, GstBin*, GstElement* added, gpointer data) {
        if (const auto self = static_cast<std::weak_ptr<RtpNetwork>*>(data)->lock()) self->watch_element(added);
      }),
      new std::weak_ptr(network),
      [](gpointer data, GClosure*) { delete static_cast<std::weak_ptr<RtpNetwork>*>(data); },
      static_cast<GConnectFlags>(0));
  return network;
}

// `call` gets a weak_ptr to this network.
void RtpNetwork::add_probe(GstPad* pad, GstPadProbeType type, GstPadProbeCallback call) {
  gst_pad_add_probe(pad, type, call, new std::weak_ptr(weak_from_this()),
                    [](gpointer data) { delete static_cast<std::weak_ptr<RtpNetwork>*>(data); });
}

void RtpNetwork::watch_key_frames(GstElement* payloader) {
  if (!g_object_class_find_property(G_OBJECT_GET_CLASS(payloader), "seqnum")) return;
  g_autoptr(GstPad) pad = gst_element_get_static_pad(payloader, "sink");
  add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, [](GstPad* pad, GstPadProbeInfo* info, gpointer data) {
    const auto self = static_cast<std::weak_ptr<RtpNetwork>*>(data)->lock();
    if (!self || GST_BUFFER_FLAG_IS_SET(GST_PAD_PROBE_INFO_BUFFER(info), GST_BUFFER_FLAG_DELTA_UNIT))
      return GST_PAD_PROBE_OK;
    guint last = 0;  // of the picture before
    g_object_get(GST_PAD_PARENT(pad), "seqnum", &last, nullptr);
    const std::lock_guard lock(self->mutex_);
    self->retransmissions_.key_frame(static_cast<std::uint16_t>(last));
    return GST_PAD_PROBE_OK;
  });
}

void RtpNetwork::watch_element(GstElement* added) {
  if (has_factory(added, "nicesink")) watch_sink(added);
  if (has_factory(added, "rtprtxsend")) watch_requests(added);
  if (!has_factory(added, "rtpsession")) return;
  g_autoptr(GObject) session = nullptr;
  g_object_get(added, "internal-session", &session, nullptr);
  g_signal_connect_data(
      session, "on-feedback-rtcp",
      G_CALLBACK(+[](GObject*, guint type, guint format, guint, guint, GstBuffer* fci, gpointer data) {
        if (type != GST_RTCP_TYPE_RTPFB || format != kTransportCcFormat || !fci) return;
        if (const auto self = static_cast<std::weak_ptr<RtpNetwork>*>(data)->lock()) self->take_feedback(fci);
      }),
      new std::weak_ptr(weak_from_this()),
      [](gpointer data, GClosure*) { delete static_cast<std::weak_ptr<RtpNetwork>*>(data); },
      static_cast<GConnectFlags>(0));
}

void RtpNetwork::watch_requests(GstElement* retransmitter) {
  std::unique_lock lock(mutex_);
  retransmitter_ = gst_share(retransmitter);
  lock.unlock();
  g_autoptr(GstPad) pad = gst_element_get_static_pad(retransmitter, "src");
  add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, [](GstPad*, GstPadProbeInfo* info, gpointer data) {
    GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
    const auto self = static_cast<std::weak_ptr<RtpNetwork>*>(data)->lock();
    if (!self || !gst_event_has_name(event, kRequest) || self->useful(gst_event_get_structure(event)))
      return GST_PAD_PROBE_OK;
    return GST_PAD_PROBE_DROP;
  });
}

bool RtpNetwork::useful(const GstStructure* request) {
  guint ssrc = 0;
  guint sequence = 0;
  if (gst_structure_has_field(request, kDuplicate) ||
      !gst_structure_get(request, "ssrc", G_TYPE_UINT, &ssrc, "seqnum", G_TYPE_UINT, &sequence, nullptr) ||
      ssrc != rtp_->ssrc)
    return true;
  const std::lock_guard lock(mutex_);
  return retransmissions_.useful(g_get_monotonic_time(), static_cast<std::uint16_t>(sequence));
}

void RtpNetwork::pause(bool paused) {
  const std::lock_guard lock(mutex_);
  retransmissions_.pause(paused);
}

void RtpNetwork::watch_sink(GstElement* sink) {
  g_autoptr(GstPad) pad = gst_element_get_static_pad(sink, "sink");
  add_probe(pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
            [](GstPad*, GstPadProbeInfo* info, gpointer data) {
              const auto self = static_cast<std::weak_ptr<RtpNetwork>*>(data)->lock();
              if (!self) return GST_PAD_PROBE_OK;
              if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
                self->note(GST_PAD_PROBE_INFO_BUFFER(info));
              } else {
                GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
                for (guint i = 0; i < gst_buffer_list_length(list); ++i) self->note(gst_buffer_list_get(list, i));
              }
              return GST_PAD_PROBE_OK;
            });
}

// A packet leaves. Streaming threads.
void RtpNetwork::note(GstBuffer* packet) {
  std::array<guint8, 64> bytes{};
  const gsize size = gst_buffer_extract(packet, 0, bytes.data(), bytes.size());
  const std::size_t on_wire = gst_buffer_get_size(packet) + kUdpIp;
  const auto head = head_of(std::span(bytes).first(size));
  if (!head || !head->transport_sequence) {
    other_bytes_ += on_wire;
    return;
  }
  const bool duplicate = head->ssrc == rtp_->repair_ssrc;
  if (!duplicate && head->ssrc != rtp_->ssrc) return;  // another stream's
  const std::lock_guard lock(mutex_);
  const std::int64_t now = g_get_monotonic_time();
  log_.sent(*head->transport_sequence, now, static_cast<std::uint32_t>(on_wire));
  sent_.push_back({now, on_wire, duplicate});
  if (duplicate) return;
  retransmissions_.sent(head->sequence);
  recent_[recents_++ % recent_.size()] = {head->sequence, on_wire, now};
}

// A thread of webrtcbin's.
void RtpNetwork::take_feedback(GstBuffer* fci) {
  GstMapInfo map;
  if (!gst_buffer_map(fci, &map, GST_MAP_READ)) return;
  const auto feedback = Feedback::parse({map.data, map.size});
  gst_buffer_unmap(fci, &map);
  if (!feedback) return;
  std::unique_lock lock(mutex_);
  auto reports = log_.match(*feedback);
  if (!reports.empty()) retransmissions_.reported(reports.back().sent);
  lock.unlock();
  if (reports.empty()) return;
  post(weak_from_this(), [reports = std::move(reports)](RtpNetwork& self) { self.report(reports); });
}

void RtpNetwork::take_sent(std::vector<Packet>& into) {
  into.clear();
  const std::lock_guard lock(mutex_);
  std::swap(sent_, into);  // both keep their memory
}

void RtpNetwork::send_duplicates(double& owed) {
  const gint64 now = g_get_monotonic_time();
  std::unique_lock lock(mutex_);
  std::vector<Recent> packets(recent_.begin(),
                              recent_.begin() + static_cast<std::ptrdiff_t>(std::min(recents_, recent_.size())));
  const auto retransmitter = retransmitter_ ? gst_share(retransmitter_.get()) : nullptr;
  lock.unlock();
  std::erase_if(packets, [now](const Recent& packet) { return now - packet.sent > kRepeatable; });
  if (!retransmitter || packets.empty()) {
    owed = 0;
    return;
  }
  // A small packet is mostly header; a large one is a burst of its own on a slow link.
  const double least = static_cast<double>(std::ranges::min(packets, {}, &Recent::bytes).bytes);
  const double most = std::max({least, 300.0, pace_.bits() / 8 * 0.04});
  std::erase_if(packets, [most](const Recent& packet) { return static_cast<double>(packet.bytes) > most; });
  const std::size_t half = (packets.size() + 1) / 2;
  std::partial_sort(packets.begin(), packets.begin() + static_cast<std::ptrdiff_t>(half), packets.end(),
                    [](const Recent& a, const Recent& b) { return a.bytes > b.bytes; });
  g_autoptr(GstPad) pad = gst_element_get_static_pad(retransmitter.get(), "src");
  while (owed > 0) {
    const Recent& packet = packets[next_duplicate_++ % half];
    owed -= static_cast<double>(packet.bytes);
    gst_pad_send_event(
        pad, gst_event_new_custom(
                 GST_EVENT_CUSTOM_UPSTREAM,
                 gst_structure_new(kRequest, "seqnum", G_TYPE_UINT, guint{packet.sequence}, "ssrc", G_TYPE_UINT,
                                   guint{rtp_->ssrc}, kDuplicate, G_TYPE_BOOLEAN, TRUE, nullptr)));
  }
}

void RtpNetwork::stop() {
  pace_.set(0);
  Network::stop();
}
