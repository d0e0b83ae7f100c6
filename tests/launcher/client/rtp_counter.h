// SPDX-License-Identifier: LGPL-2.1-or-later
// Counts what arrived of RTP streams, of which most viewers have one: packets, gaps in the sequence, frames and key
// frames.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <vector>

enum class Codec { vp8, h264, other };

/// One SSRC.
struct RtpTrack {
  unsigned payloadType = 0;
  uint64_t packets = 0;
  uint64_t frames = 0;  ///< timestamps seen
  uint32_t lastTimestamp = 0;
  uint16_t highest = 0;  ///< sequence number
};

struct RtpCounts {
  uint64_t packets = 0;
  int64_t lost = 0;  ///< holes in the sequence numbers, late packets filled in
  uint64_t frames = 0;
  uint64_t markers = 0;
  uint64_t keyFrames = 0;
  bool startsWithKeyFrame = false;
  uint32_t firstTimestamp = 0;
  uint32_t lastTimestamp = 0;
  uint32_t longestStep = 0;  ///< largest difference between two frames' timestamps, in ticks
};

class RtpCounter {
 public:
  /// Packets with a payload type that was never named here are ignored (retransmissions, probes).
  void addPayloadType(unsigned payloadType, Codec codec);

  /// One RTP packet, not encrypted. Called from the network's thread.
  void packet(std::span<const uint8_t> data);

  [[nodiscard]] RtpCounts counts() const;
  [[nodiscard]] std::vector<uint32_t> timestamps() const;
  [[nodiscard]] std::vector<uint32_t> keyTimestamps() const;
  [[nodiscard]] std::map<uint32_t, RtpTrack> tracks() const;  ///< by SSRC

  /// Whether `data` is RTP or SRTP and neither RTCP, DTLS nor STUN (RFC 7983, RFC 5761).
  static bool isRtp(std::span<const uint8_t> data);

 private:
  void sequence(RtpTrack& track, uint16_t number);

  mutable std::mutex mutex_;  ///< guards all below; nothing is called under it
  std::map<unsigned, Codec> codecs_;
  RtpCounts counts_;
  std::vector<uint32_t> timestamps_, keyTimestamps_;
  std::map<uint32_t, RtpTrack> tracks_;
};
