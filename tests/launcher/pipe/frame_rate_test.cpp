// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipe/frame_rate.h"

#include <gtest/gtest.h>

namespace {

TEST(FrameRate, OfWholeNumbersAndFractionsIsWhatTheySay) {
  EXPECT_EQ(fraction_of("30"), "30/1");
  EXPECT_EQ(fraction_of("0"), "0/1");
  EXPECT_EQ(fraction_of("5/2"), "5/2");
  EXPECT_EQ(fraction_of("30000/1001"), "30000/1001");
  EXPECT_EQ(fraction_of("25.000"), "25/1");
}

TEST(FrameRate, WithAPointIsThatOfTelevisionWhereItIsNear) {
  EXPECT_EQ(fraction_of("29.97"), "30000/1001");
  EXPECT_EQ(fraction_of("29.970"), "30000/1001");
  EXPECT_EQ(fraction_of("29.97003"), "30000/1001");
  EXPECT_EQ(fraction_of("23.976"), "24000/1001");
  EXPECT_EQ(fraction_of("23.98"), "24000/1001");
  EXPECT_EQ(fraction_of("59.94"), "60000/1001");
  EXPECT_EQ(fraction_of("119.88"), "120000/1001");
}

TEST(FrameRate, WithAPointIsOtherwiseWhatItSays) {
  EXPECT_EQ(fraction_of("12.5"), "25/2");
  EXPECT_EQ(fraction_of("0.5"), "1/2");
  EXPECT_EQ(fraction_of("7.25"), "29/4");
  EXPECT_EQ(fraction_of("0.0"), "0/1");
}

TEST(FrameRate, OfOtherTextIsNone) {
  for (const char* text :
       {"",      "abc", "-5", "+5", " 30",   "30 ",        "30/",        "/1",           "30/0", "30/00", "1/2/3",
        "29,97", "1e3", ".5", "5.", "1.2.3", "[1/1,60/1]", "9999999999", "1/9999999999", "0x10", "nan"})
    EXPECT_EQ(fraction_of(text), std::nullopt) << text;
}

}  // namespace
