// SPDX-License-Identifier: LGPL-2.1-or-later
// The line under the printed address: viewers, frames a second, model time. Only in a terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

class StatusLine {
 public:
  StatusLine();
  void add_result(std::optional<double> ms);
  // To be called about once a second. `frames` counts all frames so far.
  void update(std::size_t viewers, std::uint64_t frames, const std::string& trouble);
  void end();

 private:
  const bool terminal_;
  bool shown_ = false;
  std::int64_t last_us_ = 0;
  std::uint64_t last_frames_ = 0;
  // Since the last update.
  unsigned results_ = 0;
  double ms_ = 0;       // sum of the models' times
  unsigned timed_ = 0;  // results that have a time
};
