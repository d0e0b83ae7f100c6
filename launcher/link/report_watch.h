// SPDX-License-Identifier: LGPL-2.1-or-later
// How long packets go without a report. Times are µs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

class ReportWatch {
 public:
  void sent(std::int64_t now) {
    waiting_.push_back(now);
    if (waiting_.size() > kMost) waiting_.pop_front();
  }
  // A report came; `newest`: when the last packet in it was sent; `queued`: packets queue, so that reports are late.
  void reported(std::int64_t now, std::int64_t newest, bool queued) {
    const std::int64_t age = waiting_.empty() ? 0 : now - waiting_.front();
    if (!usual_) usual_ = age;
    if (!queued) usual_ = std::max(age, *usual_ - *usual_ / 50);
    longest_ = std::max(age, longest_ - longest_ / 50);
    while (!waiting_.empty() && waiting_.front() <= newest) waiting_.pop_front();
    last_report_ = now;
  }
  // How much longer than when nothing queues.
  std::int64_t late(std::int64_t now) const { return usual_ && tells() ? now - waiting_.front() - *usual_ * 5 / 4 : 0; }
  bool reported_since(std::int64_t time) const { return last_report_ >= time; }
  void forget() { waiting_.clear(); }
  // How often its patience has passed without any report although packets leave.
  double silent(std::int64_t now) const {
    if (!tells()) return 0;
    const std::int64_t patience = usual_ ? std::clamp<std::int64_t>(2 * longest_, 700'000, 2'000'000) : 2'000'000;
    return static_cast<double>(now - std::max(last_report_, waiting_.front())) / static_cast<double>(patience);
  }

 private:
  static constexpr std::size_t kMost = 4096;
  static constexpr std::int64_t kBurst = 10'000;
  static constexpr int kBursts = 3;

  // The last packet before a pause may be lost, and then nothing is reported after it, though nothing is wrong.
  bool tells() const {
    int bursts = 0;
    std::int64_t last = 0;
    for (const std::int64_t sent : waiting_) {
      if (bursts > 0 && sent - last < kBurst) continue;
      last = sent;
      if (++bursts == kBursts) return true;
    }
    return false;
  }

  std::deque<std::int64_t> waiting_;  // when packets without a report were sent
  std::optional<std::int64_t> usual_;
  std::int64_t longest_ = 0;
  std::int64_t last_report_ = 0;
};
