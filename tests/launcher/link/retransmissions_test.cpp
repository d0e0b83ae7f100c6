// SPDX-License-Identifier: LGPL-2.1-or-later
#include "link/retransmissions.h"

#include <gtest/gtest.h>

namespace {

constexpr std::int64_t kMs = 1000;

TEST(Retransmissions, WhatIsAskedForAgainBeforeTheCopyWasReportedIsOnItsWay) {
  Retransmissions gate;
  gate.reported(0);
  EXPECT_TRUE(gate.useful(100 * kMs, 7));
  EXPECT_FALSE(gate.useful(200 * kMs, 7));
  EXPECT_TRUE(gate.useful(200 * kMs, 8)) << "another one";
  gate.reported(99 * kMs);
  EXPECT_FALSE(gate.useful(300 * kMs, 7)) << "what was sent before the copy";
  gate.reported(150 * kMs);
  EXPECT_TRUE(gate.useful(310 * kMs, 7)) << "the copy was lost too";
  EXPECT_FALSE(gate.useful(410 * kMs, 7));
}

TEST(Retransmissions, ACopyThatNothingTellsOfWasLostAfterASecond) {
  Retransmissions gate;
  gate.reported(0);
  EXPECT_TRUE(gate.useful(100 * kMs, 7));
  EXPECT_FALSE(gate.useful(1050 * kMs, 7));
  EXPECT_TRUE(gate.useful(1150 * kMs, 7));
}

TEST(Retransmissions, AViewerThatReportsNothingGetsWhatItAsksFor) {
  Retransmissions gate;
  EXPECT_TRUE(gate.useful(100 * kMs, 7));
  EXPECT_TRUE(gate.useful(200 * kMs, 7));
}

TEST(Retransmissions, WhatComesBeforeAKeyFrameIsOfNoUseAfterIt) {
  Retransmissions gate;
  gate.key_frame(2);
  EXPECT_FALSE(gate.useful(0, 1));
  EXPECT_FALSE(gate.useful(0, 65'530)) << "before the numbers came round";
  EXPECT_TRUE(gate.useful(0, 2));
  EXPECT_TRUE(gate.useful(0, 900));
}

TEST(Retransmissions, ANumberThatComesRoundAgainIsNotBeforeTheKeyFrame) {
  Retransmissions gate;
  gate.key_frame(100);
  for (unsigned sequence = 100; sequence < 100 + 40'000; ++sequence) gate.sent(static_cast<std::uint16_t>(sequence));
  EXPECT_TRUE(gate.useful(0, 40'090));
}

TEST(Retransmissions, NothingIsOfUseWhileAKeyFrameIsAwaited) {
  Retransmissions gate;
  gate.pause(true);
  EXPECT_FALSE(gate.useful(0, 7));
  gate.pause(false);
  EXPECT_TRUE(gate.useful(0, 7));
}

}  // namespace
