// SPDX-License-Identifier: LGPL-2.1-or-later
// How long packets go without a report. Times are µs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

class ReportWatch {
 public:
  void sent(std::int64_t now) {
    if (!waiting_since_) waiting_since_ = now;
    last_sent_ = now;
  }
  // A report came; `newest`: when the last packet in it was sent; `queued`: packets queue, so that reports are late.
  void reported(std::int64_t now, std::int64_t newest, bool queued) {
    const std::int64_t age = waiting_since_ ? now - *waiting_since_ : 0;
    if (!usual_) usual_ = age;
    if (!queued) usual_ = std::max(age, *usual_ - *usual_ / 50);
    longest_ = std::max(age, longest_ - longest_ / 50);
    waiting_since_.reset();
    if (newest < last_sent_) waiting_since_ = newest;
    last_report_ = now;
  }
  // Later than when nothing queues.
  bool late(std::int64_t now) const {
    return usual_ && waiting_since_ && now - *waiting_since_ > *usual_ * 3 / 2 + 50'000;
  }
  // How often its patience has passed without any report although packets leave.
  double silent(std::int64_t now) const {
    if (!waiting_since_) return 0;
    const std::int64_t patience = usual_ ? std::clamp<std::int64_t>(2 * longest_, 700'000, 2'000'000) : 2'000'000;
    return static_cast<double>(now - std::max(last_report_, *waiting_since_)) / static_cast<double>(patience);
  }

 private:
  std::optional<std::int64_t> waiting_since_;  // the oldest packet without a report
  std::int64_t last_sent_ = 0;
  std::optional<std::int64_t> usual_;
  std::int64_t longest_ = 0;
  std::int64_t last_report_ = 0;
};
