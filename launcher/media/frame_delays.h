// SPDX-License-Identifier: LGPL-2.1-or-later
// How long after its capture a frame leaves the encoder, and how long until it goes to the network. For one viewer,
// over the last two seconds.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

// Any thread. Times are nanoseconds of running time.
class FrameDelays {
 public:
  struct Medians {  // in ms
    double encoded = 0;
    double sent = 0;
  };

  void encoded(std::uint32_t id, std::int64_t captured, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    frames_[next_++ % frames_.size()] = {id, captured, now, kNotYet};
  }

  void sent(std::uint32_t id, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    // the frame is one of the newest
    for (std::size_t i = 0; i < std::min(next_, frames_.size()); ++i) {
      Frame& frame = frames_[(next_ - 1 - i) % frames_.size()];
      if (frame.id != id) continue;
      frame.sent = now;
      return;
    }
  }

  // Both medians are of the same frames, so that `encoded` is never more than `sent`. Nothing if no frame was sent in
  // the last two seconds.
  std::optional<Medians> medians(std::int64_t now) const {
    std::vector<std::int64_t> encoded;
    std::vector<std::int64_t> sent;
    {
      const std::lock_guard lock(mutex_);
      for (std::size_t i = 0; i < std::min(next_, frames_.size()); ++i) {
        const Frame& frame = frames_[i];
        if (frame.sent == kNotYet || now - frame.sent > kWindow) continue;
        encoded.push_back(frame.encoded - frame.captured);
        sent.push_back(frame.sent - frame.captured);
      }
    }
    if (sent.empty()) return std::nullopt;
    return Medians{median_ms(encoded), median_ms(sent)};
  }

 private:
  static constexpr std::int64_t kWindow = 2'000'000'000;
  static constexpr std::int64_t kNotYet = -1;
  struct Frame {
    std::uint32_t id = 0;
    std::int64_t captured = 0;
    std::int64_t encoded = 0;
    std::int64_t sent = kNotYet;
  };

  static double median_ms(std::vector<std::int64_t>& delays) {
    const auto middle = delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2);
    std::nth_element(delays.begin(), middle, delays.end());
    return static_cast<double>(*middle) / 1e6;
  }

  mutable std::mutex mutex_;  // guards what follows; nothing is called under it
  std::array<Frame, 256> frames_{};
  std::size_t next_ = 0;
};
