// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/ball.h"

#include <gtest/gtest.h>

#include <cmath>

namespace {

// Standard deviation of where the ball is after a second, as a part of the width, over many walks.
double spread_after_a_second(int frames) {
  constexpr int kWalks = 2000;
  double sum = 0;
  for (int seed = 0; seed < kWalks; ++seed) {
    core::BallWalk walk(static_cast<std::uint64_t>(seed));
    for (int i = 0; i < frames; ++i) walk.advance(0.05, 1.0 / frames);
    const double moved = walk.place(1000, 1000, 1, 1).x / 1000 - 0.5;
    sum += moved * moved;
  }
  return std::sqrt(sum / kWalks);
}

}  // namespace

TEST(BallWalk, spreads_by_its_speed_at_any_frame_rate) {
  for (const int rate : {1, 25, 240}) EXPECT_NEAR(spread_after_a_second(rate), 0.05, 0.004) << rate;
}

TEST(BallWalk, stays_inside_the_picture) {
  core::BallWalk walk(3);
  for (int i = 0; i < 20000; ++i) {
    walk.advance(1, 0.04);
    const auto ball = walk.place(640, 360, 50, 53);
    ASSERT_GE(ball.x, 53);
    ASSERT_LE(ball.x, 640 - 53);
    ASSERT_GE(ball.y, 53);
    ASSERT_LE(ball.y, 360 - 53);
  }
}

TEST(BallWalk, is_the_same_for_the_same_seed_and_after_a_reset) {
  core::BallWalk one(7);
  core::BallWalk other(7);
  core::BallWalk different(8);
  for (int i = 0; i < 100; ++i) {
    one.advance(0.05, 0.04);
    other.advance(0.05, 0.04);
    different.advance(0.05, 0.04);
  }
  const auto place = one.place(640, 360, 50, 53);
  EXPECT_EQ(place.x, other.place(640, 360, 50, 53).x);
  EXPECT_NE(place.x, different.place(640, 360, 50, 53).x);
  one.reset();
  for (int i = 0; i < 100; ++i) one.advance(0.05, 0.04);
  EXPECT_EQ(place.x, one.place(640, 360, 50, 53).x);
}
