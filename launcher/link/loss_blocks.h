// SPDX-License-Identifier: LGPL-2.1-or-later
// Links whose queue is too short to be seen drop packets instead. Half a second of packets after the other tells
// whether this is one. Times are µs.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "link_trace.h"

class LossBlocks {
 public:
  // Less than this is a bad radio link, or a wire with noise.
  static constexpr double kMuch = 0.15;
  // So much loss is a limit even where no delay shows it.
  static constexpr double kTooMuch = 0.35;
  static constexpr std::size_t kPackets = 20;

  // What left before `now` was sent otherwise.
  void restart(std::int64_t now);
  // To be called after each report. What arrives, if a block has ended that shows a limit.
  std::optional<double> limit(const LinkTrace& trace);
  // Later than when nothing queues. `median` is that of a stretch.
  bool late(double median, const LinkTrace& trace) const;

 private:
  struct Block {
    std::int64_t start = 0;
    double median = 0;
  };
  std::int64_t start_ = 0;
  std::deque<Block> blocks_;
};
