// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/shorten.h"

#include <glib.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

TEST(Shorten, LeavesAShortTextAsItIs) {
  EXPECT_EQ(shorten(""), "");
  EXPECT_EQ(shorten("Küche", 6), "Küche");
}

TEST(Shorten, LeavesTheMiddleOfALongTextOut) {
  const std::string text = shorten("first " + std::string(900'000, 'x') + " last", 40);
  EXPECT_EQ(text.size(), 40);
  EXPECT_THAT(text, testing::StartsWith("first x"));
  EXPECT_THAT(text, testing::HasSubstr("x … x"));
  EXPECT_THAT(text, testing::EndsWith("x last"));
}

TEST(Shorten, CutsBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "ä€😀";
  for (std::size_t most = 5; most < text.size(); ++most) {
    const std::string cut = shorten(text, most);
    EXPECT_LE(cut.size(), most);
    EXPECT_TRUE(g_utf8_validate(cut.data(), static_cast<gssize>(cut.size()), nullptr)) << most;
  }
}

TEST(Shorten, TakesWhatIsNotUtf8) {
  EXPECT_LE(shorten(std::string(100, '\x80'), 10).size(), 10);
}

}  // namespace
