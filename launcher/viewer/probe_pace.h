// SPDX-License-Identifier: LGPL-2.1-or-later
// When so many bit/s are to be sent beside the video: how many bytes are owed. Main thread.
#pragma once

#include <glib.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/main_thread.h"

class ProbePace {
 public:
  // `send` is called every few ms, and takes from `owed` what it sends.
  using Send = std::function<void(double& owed)>;
  explicit ProbePace(Send send) : send_(std::move(send)) {}

  // From now on; 0: none.
  void set(double bits) {
    if (bits > 0 && !timer_.running()) {
      owed_ = 0;
      at_ = g_get_monotonic_time();
      timer_.every(kEveryMs, [this] { tick(); });
    }
    if (bits == 0) timer_.stop();
    bits_ = bits;
  }
  double bits() const { return bits_; }

 private:
  static constexpr guint kEveryMs = 5;

  void tick() {
    const gint64 now = g_get_monotonic_time();
    // a main thread that was late makes no burst
    const gint64 time = std::min<gint64>(now - std::exchange(at_, now), gint64{4} * kEveryMs * 1000);
    owed_ += bits_ / 8 * static_cast<double>(time) / 1e6;
    send_(owed_);
  }

  const Send send_;
  double bits_ = 0;
  double owed_ = 0;
  gint64 at_ = 0;
  Timer timer_;
};
