// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp_counter.h"

#include <algorithm>

namespace {

constexpr size_t kFixedHeader = 12;

uint16_t read16(std::span<const uint8_t> data, size_t at) {
  return static_cast<uint16_t>(data[at] << 8 | data[at + 1]);
}

uint32_t read32(std::span<const uint8_t> data, size_t at) {
  return static_cast<uint32_t>(read16(data, at)) << 16 | read16(data, at + 2);
}

/// What follows the header, its contributing sources and its extension; empty where the packet ends before.
std::span<const uint8_t> payloadOf(std::span<const uint8_t> data) {
  size_t start = kFixedHeader + 4 * static_cast<size_t>(data[0] & 0x0f);
  if ((data[0] & 0x10) != 0) {
    if (data.size() < start + 4) return {};
    start += 4 + 4 * static_cast<size_t>(read16(data, start + 2));
  }
  return data.size() > start ? data.subspan(start) : std::span<const uint8_t>{};
}

/// First packet of a VP8 key frame (RFC 7741, 4.2 and 4.3).
bool startsVp8KeyFrame(std::span<const uint8_t> payload) {
  const bool start = !payload.empty() && (payload[0] & 0x1f) == 0x10;
  if (!start) return false;
  size_t at = 1;
  if ((payload[0] & 0x80) != 0) {
    if (payload.size() < 2) return false;
    const uint8_t present = payload[1];
    at = 2;
    if ((present & 0x80) != 0) at += payload.size() > at && (payload[at] & 0x80) != 0 ? 2 : 1;
    if ((present & 0x40) != 0) ++at;
    if ((present & 0x30) != 0) ++at;
  }
  return payload.size() > at && (payload[at] & 0x01) == 0;
}

/// First packet that carries (the beginning of) an IDR slice (RFC 6184, 5.6 to 5.8).
bool startsH264KeyFrame(std::span<const uint8_t> payload) {
  constexpr unsigned kIdr = 5, kStapA = 24, kFuA = 28;
  if (payload.size() < 2) return false;
  const unsigned type = payload[0] & 0x1f;
  if (type == kIdr) return true;
  if (type == kFuA) return (payload[1] & 0x80) != 0 && (payload[1] & 0x1f) == kIdr;
  if (type != kStapA) return false;
  for (size_t at = 1; at + 2 < payload.size(); at += 2 + read16(payload, at))
    if ((payload[at + 2] & 0x1f) == kIdr) return true;
  return false;
}

}  // namespace

void RtpCounter::addPayloadType(unsigned payloadType, Codec codec) {
  const std::lock_guard lock(mutex_);
  codecs_[payloadType] = codec;
}

bool RtpCounter::isRtp(std::span<const uint8_t> data) {
  return data.size() >= kFixedHeader && (data[0] & 0xc0) == 0x80 && !(data[1] >= 192 && data[1] <= 223);
}

void RtpCounter::packet(std::span<const uint8_t> data) {
  if (!isRtp(data)) return;
  const std::lock_guard lock(mutex_);
  const auto codec = codecs_.find(data[1] & 0x7f);
  const auto payload = payloadOf(data);
  if (codec == codecs_.end() || payload.empty()) return;

  const bool key = (codec->second == Codec::vp8 && startsVp8KeyFrame(payload)) ||
                   (codec->second == Codec::h264 && startsH264KeyFrame(payload));
  if (counts_.packets == 0) counts_.startsWithKeyFrame = key;
  ++counts_.packets;
  if ((data[1] & 0x80) != 0) ++counts_.markers;

  RtpTrack& track = tracks_[read32(data, 8)];
  track.payloadType = data[1] & 0x7f;
  sequence(track, read16(data, 2));
  const uint32_t timestamp = read32(data, 4);
  if (key) {
    ++counts_.keyFrames;
    keyTimestamps_.push_back(timestamp);
  }
  if (track.packets++ == 0 || timestamp != track.lastTimestamp) {
    if (timestamps_.empty())
      counts_.firstTimestamp = timestamp;
    else
      counts_.longestStep = std::max(counts_.longestStep, timestamp - timestamps_.back());
    timestamps_.push_back(timestamp);
    counts_.lastTimestamp = timestamp;
    track.lastTimestamp = timestamp;
    ++track.frames;
    ++counts_.frames;
  }
}

void RtpCounter::sequence(RtpTrack& track, uint16_t number) {
  const auto ahead = static_cast<int16_t>(number - track.highest);
  if (track.packets == 0 || ahead > 0) {
    if (track.packets > 0) counts_.lost += ahead - 1;
    track.highest = number;
  } else if (ahead < 0) {
    --counts_.lost;
  }
}

RtpCounts RtpCounter::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::vector<uint32_t> RtpCounter::timestamps() const {
  const std::lock_guard lock(mutex_);
  return timestamps_;
}

std::vector<uint32_t> RtpCounter::keyTimestamps() const {
  const std::lock_guard lock(mutex_);
  return keyTimestamps_;
}

std::map<uint32_t, RtpTrack> RtpCounter::tracks() const {
  const std::lock_guard lock(mutex_);
  return tracks_;
}
