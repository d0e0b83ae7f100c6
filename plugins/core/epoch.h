// SPDX-License-Identifier: LGPL-2.1-or-later
// The unix time of running time 0. Pure.
#pragma once

#include <cmath>

namespace core {

class Epoch {
 public:
  // Both in ms, read one after the other. The wall clock is slewed all the time, and the two are not read at the same
  // instant: that makes small differences. A larger one means that somebody has set it.
  double learn(double unix_time, double running_time) {
    constexpr double kStep = 50;
    const double seen = unix_time - running_time;
    if (std::abs(seen - ms_) > kStep) ms_ = seen;
    return ms_;
  }
  double ms() const { return ms_; }

 private:
  double ms_ = 0;
};

}  // namespace core
