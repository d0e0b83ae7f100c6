// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socket_viewer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/deadlines.h"
#include "codec.h"
#include "core/frame_id.h"

namespace {

// From one key frame to the next one of a viewer that is behind again and again, µs.
constexpr gint64 kKeyFrames = 1'000'000;
// A frame goes in parts while it is to be measured what the network carries: the first part shows the queue, and not
// how long the frame itself takes.
constexpr std::size_t kPart = 1200;
constexpr std::size_t kMostParts = 8;
// A viewer that is sent nothing is asked for a sign of life.
constexpr gint64 kQuiet = 3'000'000;

// What pads: a tunnel that compresses (ssh -C) would make nothing of zeros.
const std::vector<guint8>& noise() {
  static const std::vector<guint8> bytes = [] {
    std::vector<guint8> random(2048);
    std::ranges::generate(random, [] { return static_cast<guint8>(g_random_int()); });
    return random;
  }();
  return bytes;
}

}  // namespace

// On streaming threads, under the feed's mutex.
class SocketViewer::FrameOutlet : public Outlet {
 public:
  FrameOutlet(std::weak_ptr<SocketViewer> viewer, std::shared_ptr<const SocketNetwork> network, bool video)
      : viewer_(std::move(viewer)), network_(std::move(network)), video_(video) {}

  void push(GstSample* frame) override {
    if (!GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(frame), GST_BUFFER_FLAG_DELTA_UNIT))
      last_key_ = g_get_monotonic_time();
    const std::shared_ptr<GstSample> kept(gst_sample_ref(frame), gst_sample_unref);
    post(viewer_, [frame = kept, video = video_](SocketViewer& viewer) {
      video ? viewer.send_video(frame.get()) : viewer.send_audio(frame.get());
    });
  }

  bool behind() override {
    const bool late = network_->behind();
    if (!video_) return late;
    leaves_out_ = late || (leaves_out_ && g_get_monotonic_time() - last_key_ < kKeyFrames);
    return leaves_out_;
  }

 private:
  const std::weak_ptr<SocketViewer> viewer_;
  const std::shared_ptr<const SocketNetwork> network_;
  const bool video_;
  bool leaves_out_ = false;
  gint64 last_key_ = 0;
};

SocketViewer::SocketViewer(const Output& output, unsigned number, Events events)
    : output_(output),
      number_(number),
      events_(std::move(events)),
      network_(std::make_shared<SocketNetwork>([this](std::size_t bytes) {
        send_bytes({protocol::Kind::kPadding}, noise().data(), std::min(bytes, noise().size()));
      })),
      deadline_(from_now(deadlines().offer)) {}

SocketViewer::~SocketViewer() {
  end();
}

void SocketViewer::start(std::optional<double> downlink) {
  for (const auto& stream : output_.streams()) {
    auto outlet = std::make_unique<FrameOutlet>(weak_from_this(), network_, stream->is_video());
    feeds_.push_back(std::make_shared<Feed>(std::move(outlet), stream->top().fan_out(), true));
  }
  const auto& first = *output_.streams().front();
  selector_ = std::make_unique<RungSelector>(first, feeds_.front(), network_, downlink, [this] { link_changed(); });
  selector_->start(true);
  for (const auto& feed : feeds_) feed->begin();
}

void SocketViewer::end() {
  if (std::exchange(ended_, true)) return;
  selector_.reset();
  network_->stop();
  for (const auto& feed : feeds_) feed->stop();
}

void SocketViewer::fail(const char* code, const std::string& message) {
  if (ended_) return;
  // the owner drops this viewer while it handles `failed`
  const auto self = shared_from_this();
  events_.failed({code, message});
}

void SocketViewer::send(const std::string& json) {
  // Texts go to one that is behind too, but not for ever.
  if (network_->under_way() >= AckLog::kMost) {
    // not now: the selector, or who tells all viewers, goes on after this
    return post(weak_from_this(), [](SocketViewer& viewer) {
      viewer.fail("unexpected", std::to_string(AckLog::kMost) + " messages without an acknowledgement");
    });
  }
  events_.send(json);
  network_->sent(json.size(), SocketNetwork::Kind::kOther);
}

void SocketViewer::send_bytes(const protocol::FrameHeader& header, const guint8* bytes, std::size_t size) {
  const auto head = protocol::encode(header);
  auto* message = static_cast<guint8*>(g_malloc(head.size() + size));
  std::ranges::copy(head, message);
  if (size > 0) std::memcpy(message + head.size(), bytes, size);
  g_autoptr(GBytes) taken = g_bytes_new_take(message, head.size() + size);
  events_.send_bytes(taken);
  using Kind = SocketNetwork::Kind;
  network_->sent(head.size() + size, header.kind == protocol::Kind::kVideo     ? Kind::kVideo
                                     : header.kind == protocol::Kind::kPadding ? Kind::kPadding
                                                                               : Kind::kOther);
}

void SocketViewer::send_parts(protocol::FrameHeader header, GstBuffer* frame) {
  GstMapInfo map;
  if (!gst_buffer_map(frame, &map, GST_MAP_READ)) return;
  const std::size_t part = selector_->unlimited() ? map.size : std::max(kPart, map.size / kMostParts + 1);
  for (std::size_t at = 0; at < map.size; at += part) {
    const std::size_t size = std::min(part, map.size - at);
    header.more = at + size < map.size;
    send_bytes(header, map.data + at, size);
  }
  gst_buffer_unmap(frame, &map);
}

void SocketViewer::send_media() {
  const bool first = !sent_info_;
  send(protocol::encode(*media_));
  if (!first) return;
  deadline_ = from_now(deadlines().heartbeat);
  send_stream_info();
  for (const auto& state : events_.model_states()) send_model_state(state);
  for (const auto& property : events_.properties()) send_property(property);
  send_window();
  link_changed();
}

void SocketViewer::send_video(GstSample* frame) {
  if (ended_) return;
  GstBuffer* buffer = gst_sample_get_buffer(frame);
  const bool key = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (key) {
    const GstCaps* caps = gst_sample_get_caps(frame);
    const auto video = video_codec(caps, buffer);
    if (!video && !media_) {
      const char* type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
      return fail("unsupported",
                  "video of the type " + std::string(type) + " can't go by WebSocket; VP8, VP9 and H.264 can");
    }
    if (video && (!media_ || media_->video != *video)) {
      media_ = {*video, media_ ? media_->audio : std::nullopt};
      send_media();
    }
  }
  if (!media_ || ended_) return;
  const std::uint32_t id = frame_id(GST_BUFFER_PTS(buffer));
  send_parts({protocol::Kind::kVideo, key, false, id}, buffer);
  feeds_.front()->delays()->sent(id, static_cast<std::int64_t>(output_.timebase()->now()));
}

void SocketViewer::send_audio(GstSample* frame) {
  if (ended_ || !media_) return;
  if (!media_->audio) {
    media_->audio = audio_codec(gst_sample_get_caps(frame));
    if (!media_->audio) return;
    send_media();
  }
  GstBuffer* buffer = gst_sample_get_buffer(frame);
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
  send_bytes({protocol::Kind::kAudio, true, false, frame_id(GST_BUFFER_PTS(buffer))}, map.data, map.size);
  gst_buffer_unmap(buffer, &map);
}

void SocketViewer::handle(std::string_view text) {
  if (ended_) return;
  const auto message = protocol::parse_socket(text);
  if (const auto* error = std::get_if<protocol::Error>(&message)) return fail(error->code.c_str(), error->message);
  if (const auto* ack = std::get_if<protocol::Ack>(&message)) return acknowledged(*ack);
  if (const auto* ping = std::get_if<protocol::Ping>(&message)) return send_pong(*ping);
  if (const auto* request = std::get_if<protocol::VideoRequest>(&message)) return selector_->wish(*request);
  if (const auto* request = std::get_if<protocol::SetRequest>(&message)) {
    if (const auto error = events_.set_property(*request)) fail(error->code.c_str(), error->message);
    return;
  }
  if (const auto* input = std::get_if<protocol::Input>(&message)) {
    if (const auto error = events_.input(*input)) fail(error->code.c_str(), error->message);
    return;
  }
  feeds_.front()->request_key_frame(false);
}

void SocketViewer::acknowledged(const protocol::Ack& ack) {
  const std::size_t before = network_->under_way();
  if (!network_->acknowledged(ack.number, ack.at))
    return fail("unexpected",
                "an acknowledgement of " + std::to_string(ack.number) + " messages; so many were not sent");
  if (network_->under_way() >= before) return;
  deadline_ = from_now(deadlines().heartbeat);
  if (!std::exchange(stays_, true)) events_.stays();
}

void SocketViewer::send_pong(const protocol::Ping& ping) {
  if (!media_) return;
  protocol::Pong pong;
  pong.t = ping.t;
  pong.now = events_.now();
  const auto now = static_cast<std::int64_t>(output_.timebase()->now());
  if (const auto medians = feeds_.front()->delays()->medians(now))
    pong.encoded = medians->encoded, pong.sent = medians->sent;
  send(protocol::encode(pong));
}

void SocketViewer::link_changed() {
  if (!media_ || !selector_) return;
  const protocol::Link link = selector_->link();
  g_info("viewer %u, by WebSocket, gets encoding %u of %u (%s)", number_, link.rung + 1, link.rungs,
         link.reason.c_str());
  send(protocol::encode(link));
}

void SocketViewer::send_stream_info() {
  if (!media_ || ended_) return;
  auto info = events_.stream_info();
  info.rtp_offset = 0;  // ids are all that names a frame here
  if (sent_info_ == info) return;
  sent_info_ = info;
  send(protocol::encode(info));
}

// Behind video that waits it would come too late for its frame.
void SocketViewer::send_result(const std::string& encoded) {
  if (!media_ || ended_ || network_->behind() || !selector_->result_fits(encoded.size())) return;
  send(encoded);
}

void SocketViewer::send_model_state(const protocol::ModelState& state) {
  if (media_ && !ended_) send(protocol::encode(state));
}

void SocketViewer::send_property(const protocol::Property& property) {
  if (media_ && !ended_) send(protocol::encode(property, events_.may_control));
}

void SocketViewer::send_window() {
  const auto window = media_ && !ended_ ? events_.window() : std::nullopt;
  if (window) send(protocol::encode(*window, events_.may_control));
}

void SocketViewer::check_deadline() {
  if (ended_) return;
  const gint64 now = g_get_monotonic_time();
  if (media_ && network_->under_way() == 0) deadline_ = from_now(deadlines().heartbeat);
  if (now > deadline_)
    return media_ ? fail("timeout", "no acknowledgement for " + seconds_text(deadlines().heartbeat))
                  : fail("internal", "the source gives no picture, so there is nothing to send");
  if (media_ && now - network_->last_sent() > kQuiet) send_bytes({protocol::Kind::kPadding}, nullptr, 0);
}
