// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer/result_repeater.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace {

// Runs the main thread's timers until there are `count` copies.
void run_until(const std::vector<std::string>& sent, std::size_t count) {
  const gint64 limit = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
  while (sent.size() < count && g_get_monotonic_time() < limit) g_main_context_iteration(nullptr, TRUE);
}

TEST(ResultRepeater, RepeatsNothingUnlessAsked) {
  std::vector<std::string> sent;
  ResultRepeater repeater([&](const std::string& json) { sent.push_back(json); });
  ResultRepeater other([&](const std::string& json) { sent.push_back(json); });
  other.set_repeats(3);
  repeater.add("a");
  other.add("b");
  run_until(sent, 3);
  EXPECT_THAT(sent, testing::ElementsAre("b", "b", "b"));
}

TEST(ResultRepeater, SendsEachResultAgainAsOftenAsAskedAndNotAtOnce) {
  std::vector<std::string> sent;
  std::vector<gint64> times;
  ResultRepeater repeater([&](const std::string& json) {
    sent.push_back(json);
    times.push_back(g_get_monotonic_time());
  });
  repeater.set_repeats(2);
  const gint64 start = g_get_monotonic_time();
  repeater.add("a");
  repeater.add("b");
  repeater.set_repeats(0);
  repeater.add("c");
  repeater.set_repeats(4);
  repeater.add("last");  // its copies are not over when one too many of the others would come
  run_until(sent, 8);
  EXPECT_THAT(sent, testing::ElementsAre("a", "b", "last", "a", "b", "last", "last", "last"));
  EXPECT_GE(times[0] - start, ResultRepeater::kIntervalUs);
  EXPECT_GE(times[3] - times[0], ResultRepeater::kIntervalUs);
}

TEST(ResultRepeater, StopsWithItsViewer) {
  std::vector<std::string> sent;
  ResultRepeater repeater([&](const std::string& json) {
    sent.push_back(json);
    repeater.stop();
  });
  ResultRepeater later([&](const std::string& json) { sent.push_back(json); });
  repeater.set_repeats(3);
  later.set_repeats(3);
  repeater.add("a");
  later.add("b");
  run_until(sent, 4);
  EXPECT_THAT(sent, testing::ElementsAre("a", "b", "b", "b"));
}

}  // namespace
