// SPDX-License-Identifier: LGPL-2.1-or-later
// One attempt to find out whether a link carries more: more and more is sent until packets queue, or until there is
// enough for the best encoding. All times are µs, all rates bit/s and of everything that the viewer gets.
#pragma once

#include <cstdint>
#include <optional>

#include "link_trace.h"
#include "loss_blocks.h"

class Climb {
 public:
  enum class End : std::uint8_t {
    kTop,     // the link carries all that we may want
    kFull,    // it does not
    kUnknown  // there was not enough to send
  };

  // The queue that ends it, µs.
  static constexpr std::int64_t kQueue = 30'000;

  bool active() const { return active_; }
  double rate() const { return rate_; }
  // The highest rate that has passed without a queue.
  double passed() const { return passed_; }

  // `first` is sent for at least `hold`: some links let so many bytes through at once that a short try shows nothing.
  // `careful`: slower, so that it is shorter when it comes.
  void start(std::int64_t now, double first, std::int64_t hold, double top, bool careful);
  void stop() { active_ = false; }

  // To be called after each report, and now and then. `other` is sent without reports.
  std::optional<End> step(std::int64_t now, const LinkTrace& trace, const LossBlocks& losses, double other);

 private:
  void level(std::int64_t now, double rate, std::int64_t hold);
  bool full(const LinkTrace& trace, const LossBlocks& losses) const;

  bool active_ = false;
  double rate_ = 0;
  double top_ = 0;
  double passed_ = 0;
  std::int64_t start_ = 0;  // of this rate
  std::int64_t hold_ = 0;
  bool careful_ = false;
};
