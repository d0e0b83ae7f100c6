// SPDX-License-Identifier: LGPL-2.1-or-later
// What an encoding takes of a network: measured over its last frames, and kept while it sleeps. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

class BitRate {
 public:
  // RTP header and extensions, SRTP's tag, UDP and IP; and what of a packet is left for the frame.
  static constexpr std::size_t kPacketOverhead = 62;
  static constexpr std::size_t kPayload = 1150;

  // `captured`: in ns, growing; a smaller one, or a gap, begins anew. A key frame counts as a frame of usual size: who
  // asks for many has them in addition.
  void add(std::int64_t captured, std::size_t bytes, bool key) {
    if (!frames_.empty() && (captured <= frames_.back().captured || captured - frames_.back().captured > kWindow))
      frames_.clear();
    const std::size_t packets = (bytes + kPayload - 1) / kPayload;
    frames_.push_back({captured, bytes + packets * kPacketOverhead, key});
    while (captured - frames_.front().captured > kWindow) frames_.pop_front();
    const std::int64_t time = captured - frames_.front().captured;
    std::size_t sum = 0;
    double count = 0;
    for (const auto& frame : frames_)
      if (!frame.key) sum += frame.bytes, ++count;
    if (time < kLeast || count == 0) return;
    frame_rate_ = static_cast<double>(frames_.size() - 1) * 1e9 / static_cast<double>(time);
    bits_ = static_cast<double>(sum) * 8 / count * frame_rate_;
  }

  double bits() const { return bits_; }              // a second, on the wire; 0: not known yet
  double frame_rate() const { return frame_rate_; }  // 0: not known yet

 private:
  struct Frame {
    std::int64_t captured;
    std::size_t bytes;
    bool key;
  };
  static constexpr std::int64_t kWindow = 2'000'000'000;
  static constexpr std::int64_t kLeast = 1'000'000'000;

  std::deque<Frame> frames_;
  double bits_ = 0;
  double frame_rate_ = 0;
};
