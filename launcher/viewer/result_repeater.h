// SPDX-License-Identifier: LGPL-2.1-or-later
// Sends each result again a little later, for a viewer whose network loses packets: the data channel's own
// retransmission takes a second, and the result's frame has passed by then. Lives on the main thread.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <string>

#include "base/main_thread.h"

class ResultRepeater {
 public:
  // Time between two copies. Losses come in bursts, so a copy right behind the first would be lost too.
  static constexpr gint64 kIntervalUs = 25 * 1000;

  using Send = std::function<void(const std::string& json)>;
  explicit ResultRepeater(Send send) : send_(std::move(send)) {}

  // How often each result to come is sent again.
  void set_repeats(unsigned repeats) { repeats_ = repeats; }
  // `json` was sent just now.
  void add(const std::string& json) {
    if (repeats_ == 0) return;
    copies_.push_back({json, repeats_, g_get_monotonic_time() + kIntervalUs});
    arm();
  }
  void stop() {
    timer_.stop();
    copies_.clear();
  }

 private:
  struct Copy {
    std::string json;
    unsigned left;
    gint64 due;
  };

  void arm() {
    if (copies_.empty() || timer_.running()) return;
    const gint64 wait = std::max<gint64>(0, copies_.front().due - g_get_monotonic_time());
    timer_.once(static_cast<guint>((wait + 999) / 1000), [this] { send_due(); });
  }
  void send_due() {
    const gint64 now = g_get_monotonic_time();
    while (!copies_.empty() && copies_.front().due <= now) {
      const Copy copy = std::move(copies_.front());
      copies_.pop_front();
      // all wait equally long, so the first in the queue is always the next one due
      if (copy.left > 1) copies_.push_back({copy.json, copy.left - 1, now + kIntervalUs});
      send_(copy.json);
    }
    arm();
  }

  const Send send_;
  unsigned repeats_ = 0;
  std::deque<Copy> copies_;
  Timer timer_;
};
