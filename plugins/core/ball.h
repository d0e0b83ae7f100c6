// SPDX-License-Identifier: LGPL-2.1-or-later
// A ball on a random walk inside a picture.
#pragma once

#include <cstdint>
#include <random>

#include "core/image.h"

namespace core {

class BallWalk {
 public:
  explicit BallWalk(std::uint64_t seed) : seed_(seed), random_(seed) {}

  // Back to the start: the middle of the picture.
  void reset();
  // One step of `seconds`: normally distributed, so that the walk's spread over a time does not depend on the steps'
  // size. `speed` is its standard deviation as a part of the picture's width and height per square root of a second.
  void advance(double speed, double seconds);
  // The centre in a picture where the whole ball, `reach` pixels on each side of its centre, stays inside.
  Circle place(int width, int height, double radius, double reach) const;

 private:
  double normal();

  std::uint64_t seed_;
  std::mt19937_64 random_;
  // Unfolded position, in parts of the picture; reflected at the borders when placed.
  double x_ = 0.5;
  double y_ = 0.5;
};

}  // namespace core
