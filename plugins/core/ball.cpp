// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/ball.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace core {
namespace {

// Reflects a position at the borders of [low, high] until it is inside.
double reflect(double position, double low, double high) {
  const double range = high - low;
  if (range <= 0) return (low + high) / 2;
  const double folded = std::fmod(std::abs(position - low), 2 * range);
  return low + (folded <= range ? folded : 2 * range - folded);
}

}  // namespace

void BallWalk::reset() {
  random_.seed(seed_);
  x_ = y_ = 0.5;
}

void BallWalk::advance(double speed, double seconds) {
  const double deviation = speed * std::sqrt(seconds);
  x_ += deviation * normal();
  y_ += deviation * normal();
}

Circle BallWalk::place(int width, int height, double radius, double reach) const {
  return {reflect(x_ * width, reach, width - reach), reflect(y_ * height, reach, height - reach), radius};
}

// The Box-Muller method, because the numbers of std::normal_distribution differ between standard libraries.
double BallWalk::normal() {
  constexpr double kUnit = 0x1p-53;
  const double u = (static_cast<double>(random_() >> 11) + 1) * kUnit;
  const double v = static_cast<double>(random_() >> 11) * kUnit;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

}  // namespace core
