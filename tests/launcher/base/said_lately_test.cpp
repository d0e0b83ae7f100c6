// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/said_lately.h"

#include <gtest/gtest.h>

namespace {

using std::chrono::seconds;

TEST(SaidLately, SaysWhatGoesOnOnceAndAgainAfterAWhileWithoutIt) {
  SaidLately said;
  EXPECT_TRUE(said.is_news("a", seconds(1)));
  EXPECT_TRUE(said.is_news("b", seconds(2)));
  for (int i = 3; i < 600; i += 30) EXPECT_FALSE(said.is_news("a", seconds(i))) << i;
  EXPECT_TRUE(said.is_news("b", seconds(600))) << "it had not happened for a while";
  EXPECT_TRUE(said.is_news("a", seconds(700)));
}

TEST(SaidLately, KeepsNoEndlessList) {
  SaidLately said;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(said.is_news(std::to_string(i), seconds(i / 100)));
  EXPECT_TRUE(said.is_news("another", seconds(10)));
  EXPECT_FALSE(said.is_news("another", seconds(11)));
}

}  // namespace
