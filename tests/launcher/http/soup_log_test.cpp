// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/soup_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace {

using testing::HasSubstr;
using testing::Not;

void warn(const std::string& message) {
  g_log("libsoup", G_LOG_LEVEL_WARNING, "%s", message.c_str());
}

std::string said_of(const std::function<void()>& work) {
  testing::internal::CaptureStderr();
  {
    const SoupLog log;
    work();
  }
  return testing::internal::GetCapturedStderr();
}

TEST(SoupLog, PrintsAWarningOnceAndThenHowOftenItCame) {
  const std::string said = said_of([] {
    for (int i = 0; i < 921; ++i) warn("not connected");
    warn("something rare");
  });
  EXPECT_THAT(said, HasSubstr("libsoup-WARNING"));
  EXPECT_THAT(said, HasSubstr("cv-launch: libsoup said \"not connected\" 920 times more\n"));
  EXPECT_THAT(said, Not(HasSubstr("\"something rare\"")));
  std::size_t times = 0;
  for (auto at = said.find("not connected"); at != std::string::npos; at = said.find("not connected", at + 1)) ++times;
  EXPECT_EQ(times, 2U);
}

TEST(SoupLog, IsShortHoweverManyDifferentWarningsComeAndHoweverLong) {
  const std::string said = said_of([] {
    for (int i = 0; i < 1000; ++i) warn("bad value " + std::to_string(i) + " end");
  });
  EXPECT_THAT(said, HasSubstr("bad value 0 end"));
  EXPECT_THAT(said, Not(HasSubstr("bad value 999 end")));
  EXPECT_THAT(said, HasSubstr("cv-launch: libsoup said something else 980 times\n"));
}

}  // namespace
