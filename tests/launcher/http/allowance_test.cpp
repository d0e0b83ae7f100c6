// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/allowance.h"

#include <gtest/gtest.h>

namespace {

TEST(Allowance, LetsWhoAcknowledgesStayForADay) {
  Allowance allowance;
  std::uint64_t received = 0;
  for (int second = 1; second <= 24 * 3600; ++second) {
    for (int message = 0; message < 100; ++message) {
      received += 120;  // a few numbers, WebSocket and TLS
      allowance.whole(received);
    }
    ASSERT_FALSE(allowance.exceeded(received, second)) << second;
  }
}

TEST(Allowance, LetsMuchThroughAtOnceAndNoMore) {
  Allowance allowance;
  allowance.whole(Allowance::kAtOnce);
  EXPECT_FALSE(allowance.exceeded(Allowance::kAtOnce, 1));
  allowance.whole(Allowance::kAtOnce + 100'000);
  EXPECT_TRUE(allowance.exceeded(Allowance::kAtOnce + 100'000, 1.1));
}

TEST(Allowance, GrowsAgainButNotBeyond) {
  Allowance allowance;
  allowance.whole(Allowance::kAtOnce);
  EXPECT_FALSE(allowance.exceeded(Allowance::kAtOnce, 1));
  allowance.whole(2 * Allowance::kAtOnce);
  EXPECT_FALSE(allowance.exceeded(2 * Allowance::kAtOnce, 1 + 65)) << "a minute of 32 KiB a second";
  allowance.whole(3 * Allowance::kAtOnce + 1000);
  EXPECT_TRUE(allowance.exceeded(3 * Allowance::kAtOnce + 1000, 100'000)) << "however long it was silent";
}

TEST(Allowance, IsNotRefilledForAMessageThatNeverEnds) {
  Allowance allowance;
  std::uint64_t received = 0;
  double seconds = 0;
  while (received <= Allowance::kAtOnce) {
    ASSERT_FALSE(allowance.exceeded(received, seconds));
    received += 1000;
    seconds += 1;
  }
  EXPECT_TRUE(allowance.exceeded(received, seconds));
}

}  // namespace
