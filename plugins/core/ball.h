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
  // Makes one step of `seconds`. Steps are normally distributed, so that the size of the steps does not change how far
  // the walk gets in a time. `speed` is the standard deviation as a part of the picture's width and height per square
  // root of a second.
  void advance(double speed, double seconds);
  // The ball in a picture of this size. All of it stays inside: `reach` pixels on each side of its centre.
  Circle place(int width, int height, double radius, double reach) const;

 private:
  double normal();

  std::uint64_t seed_;
  std::mt19937_64 random_;
  // Position in parts of the picture. It may go beyond the borders: place() reflects it there.
  double x_ = 0.5;
  double y_ = 0.5;
};

}  // namespace core
