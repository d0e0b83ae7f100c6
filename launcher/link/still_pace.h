// SPDX-License-Identifier: LGPL-2.1-or-later
// How often a slow link takes a still. Times are µs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

class StillPace {
 public:
  // Of what the link carries; results need the rest.
  static constexpr double kShare = 0.7;

  // A packet of a still leaves.
  void sent(std::int64_t now, std::size_t bytes) {
    if (now - last_sent_ > 200'000 && bytes_ > 0) {
      mean_ += (static_cast<double>(bytes_) - mean_) / 4;
      bytes_ = 0;
    }
    bytes_ += bytes;
    last_sent_ = now;
  }
  // The newest packet of which we know that it arrived, and how long its burst queued.
  void arrived(std::int64_t sent, std::int64_t queue) {
    if (sent - last_arrived_ < 500'000) return;
    last_arrived_ = sent;
    slowness_ = std::clamp(slowness_ * (queue > 400'000 ? 1.5 : 0.8), 1.0, 8.0);
  }
  double interval_s(double carries) const {
    const double fits = carries > 0 ? mean_ * 8 / (kShare * carries) : 0;
    return std::clamp(fits * slowness_, 1.0, 10.0);
  }

 private:
  double mean_ = 2000;  // bytes of a still
  std::size_t bytes_ = 0;
  std::int64_t last_sent_ = 0;
  std::int64_t last_arrived_ = 0;
  double slowness_ = 1;  // grows while one still is in the way of the next
};

// When the next still is due. The pace may change all the time: each is waited for since the one before.
class StillClock {
 public:
  void stop() { last_.reset(); }
  // To be asked now and then. The first one is on its way when it begins.
  bool due(std::int64_t now, double interval_s) {
    if (!last_) last_ = now;
    if (static_cast<double>(now - *last_) < interval_s * 1e6) return false;
    last_ = now;
    return true;
  }

 private:
  std::optional<std::int64_t> last_;
};
