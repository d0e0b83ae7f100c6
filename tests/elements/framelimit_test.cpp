// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "frames.h"

namespace {

// The timestamps, in ms, of those of these frames that pass.
std::vector<std::int64_t> passed(const std::string& line, const std::vector<std::int64_t>& frames) {
  const std::string caps = caps_text("I420", 16, 16, "0/1");
  const auto harness = play(line, caps);
  std::vector<std::int64_t> out;
  for (const std::int64_t ms : frames) {
    auto frame = black_frame(info_of(caps), static_cast<GstClockTime>(ms) * GST_MSECOND);
    GST_BUFFER_DURATION(frame.get()) = GST_CLOCK_TIME_NONE;
    EXPECT_EQ(gst_harness_push(harness.get(), frame.release()), GST_FLOW_OK);
    while (const Ptr<GstBuffer> came{gst_harness_try_pull(harness.get())})
      out.push_back(static_cast<std::int64_t>(GST_BUFFER_PTS(came.get()) / GST_MSECOND));
  }
  return out;
}

std::vector<std::int64_t> every(std::int64_t thousandths, int count) {
  std::vector<std::int64_t> times;
  for (int i = 0; i < count; ++i) times.push_back(i * thousandths / 1000);
  return times;
}

}  // namespace

TEST(FrameLimit, passes_as_many_a_second_as_it_says_with_the_times_that_they_had) {
  EXPECT_THAT(passed("framelimit max-rate=10", every(33'333, 10)), testing::ElementsAre(0, 99, 199, 299));
}

TEST(FrameLimit, of_a_rate_that_does_not_divide_it_passes_as_many) {
  const auto times = passed("framelimit max-rate=10", every(41'667, 241));  // 24 a second, 10 s
  EXPECT_GE(times.size(), 99U);
  EXPECT_LE(times.size(), 102U);
}

TEST(FrameLimit, passes_all_of_a_source_that_has_fewer) {
  EXPECT_EQ(passed("framelimit max-rate=10", every(200'000, 8)).size(), 8U);
}

TEST(FrameLimit, a_pause_makes_no_burst_behind_it) {
  EXPECT_THAT(passed("framelimit max-rate=10", {0, 5'000, 5'033, 5'067, 5'100}), testing::ElementsAre(0, 5'000, 5'100));
}

TEST(FrameLimit, goes_on_where_times_begin_anew) {
  EXPECT_THAT(passed("framelimit max-rate=10", {5'000, 5'033, 0, 33, 100}), testing::ElementsAre(5'000, 0, 100));
}

TEST(FrameLimit, a_frame_that_is_early_passes_and_makes_the_next_no_earlier) {
  EXPECT_THAT(passed("framelimit max-rate=10", {0, 80, 160, 180, 260, 280}), testing::ElementsAre(0, 80, 180, 280));
}
