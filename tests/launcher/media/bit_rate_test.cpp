// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/bit_rate.h"

#include <gtest/gtest.h>

namespace {

constexpr std::int64_t kFrame = 40'000'000;  // ns: 25 a second

TEST(BitRate, CountsFramesAndThePacketsThatTheyTake) {
  BitRate rate;
  for (int i = 0; i < 100; ++i) rate.add(i * kFrame, 2000, false);
  EXPECT_NEAR(rate.frame_rate(), 25, 0.01);
  EXPECT_NEAR(rate.bits(), 25 * 8 * (2000 + 2 * BitRate::kPacketOverhead), 1);
}

TEST(BitRate, IsNotKnownFromTooFewFrames) {
  BitRate rate;
  for (int i = 0; i < 20; ++i) rate.add(i * kFrame, 2000, false);
  EXPECT_EQ(rate.bits(), 0);
}

TEST(BitRate, FollowsWithinTwoSeconds) {
  BitRate rate;
  for (int i = 0; i < 100; ++i) rate.add(i * kFrame, 2000, false);
  for (int i = 100; i < 152; ++i) rate.add(i * kFrame, 200, false);
  EXPECT_NEAR(rate.bits(), 25 * 8 * (200 + BitRate::kPacketOverhead), 1);
}

TEST(BitRate, WhatWasMeasuredBeforeAPauseHoldsUntilThereIsNewer) {
  BitRate rate;
  for (int i = 0; i < 100; ++i) rate.add(i * kFrame, 2000, false);
  const double before = rate.bits();
  for (int i = 0; i < 20; ++i) rate.add(10'000'000'000 + i * kFrame, 200, false);
  EXPECT_EQ(rate.bits(), before);
  for (int i = 20; i < 30; ++i) rate.add(10'000'000'000 + i * kFrame, 200, false);
  EXPECT_NEAR(rate.bits(), 25 * 8 * (200 + BitRate::kPacketOverhead), 1);
}

TEST(BitRate, AKeyFrameMakesItNoLarger) {
  BitRate rate;
  rate.add(0, 50'000, true);
  for (int i = 1; i < 40; ++i) rate.add(i * kFrame, 200, i == 20);
  EXPECT_NEAR(rate.bits(), 25 * 8 * (200 + BitRate::kPacketOverhead), 1);
}

}  // namespace
