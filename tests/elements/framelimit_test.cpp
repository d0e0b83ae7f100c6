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

// The size of a frame of these caps behind a framelimit.
std::string size_of(const std::string& limits, const std::string& caps) {
  const auto harness = play("framelimit " + limits, caps);
  EXPECT_EQ(gst_harness_push(harness.get(), black_frame(info_of(caps)).release()), GST_FLOW_OK);
  const Ptr<GstCaps> out(gst_pad_get_current_caps(harness->sinkpad));
  GstVideoInfo info;
  if (!out || !gst_video_info_from_caps(&info, out.get())) return "none";
  const Ptr<GstBuffer> frame(gst_harness_pull(harness.get()));
  EXPECT_EQ(gst_buffer_get_size(frame.get()), info.size);
  return std::to_string(info.width) + "x" + std::to_string(info.height);
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

TEST(FrameLimit, makes_frames_smaller_in_their_shape_and_none_larger) {
  const std::string limits = "max-width=384 max-height=384";
  EXPECT_EQ(size_of(limits, caps_text("I420", 1920, 1080)), "384x216");
  EXPECT_EQ(size_of(limits, caps_text("I420", 1080, 1920)), "216x384");
  EXPECT_EQ(size_of(limits, caps_text("I420", 768, 576)), "384x288");
  EXPECT_EQ(size_of(limits, caps_text("I420", 384, 216)), "384x216");
  EXPECT_EQ(size_of(limits, caps_text("I420", 101, 51)), "101x51");
  EXPECT_EQ(size_of("max-height=90", caps_text("I420", 640, 360)), "160x90");
  EXPECT_EQ(size_of("max-width=320 max-height=90", caps_text("I420", 640, 360)), "160x90");
}

TEST(FrameLimit, the_sides_of_a_smaller_frame_are_even) {
  EXPECT_EQ(size_of("max-width=385", caps_text("I420", 1366, 768)), "384x216");
  EXPECT_EQ(size_of("max-width=99 max-height=99", caps_text("I420", 101, 101)), "98x98");
  EXPECT_EQ(size_of("max-width=2 max-height=2", caps_text("I420", 4000, 1)), "2x2");
}

TEST(FrameLimit, takes_every_format) {
  for (const auto& format : kFormats) EXPECT_EQ(size_of("max-width=32", caps_text(format, 64, 36)), "32x18") << format;
}

TEST(FrameLimit, shows_the_same_picture) {
  const std::string large = caps_text("GRAY8", 64, 64);
  const auto harness = play("framelimit max-width=32", large);
  auto frame = black_frame(info_of(large));
  gst_buffer_memset(frame.get(), 32 * 64, 200, 32 * 64);  // the lower half
  ASSERT_EQ(gst_harness_push(harness.get(), frame.release()), GST_FLOW_OK);
  const Ptr<GstBuffer> small(gst_harness_pull(harness.get()));
  const GstVideoInfo info = info_of(caps_text("GRAY8", 32, 32));
  EXPECT_LT(sample_at(info, small.get(), 0, 16, 12), 40);
  EXPECT_EQ(sample_at(info, small.get(), 0, 16, 20), 200);
}

TEST(FrameLimit, regions_become_smaller_with_it) {
  const std::string caps = caps_text("I420", 640, 360);
  const auto harness = play("framelimit max-width=320", caps);
  auto frame = black_frame(info_of(caps));
  gst_buffer_add_video_region_of_interest_meta(frame.get(), "ball", 100, 60, 40, 20);
  ASSERT_EQ(gst_harness_push(harness.get(), frame.release()), GST_FLOW_OK);
  const Ptr<GstBuffer> small(gst_harness_pull(harness.get()));
  const auto regions = regions_of(small.get(), "ball");
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0]->x, 50U);
  EXPECT_EQ(regions[0]->y, 30U);
  EXPECT_EQ(regions[0]->w, 20U);
  EXPECT_EQ(regions[0]->h, 10U);
}

TEST(FrameLimit, leaves_frames_out_that_it_makes_smaller) {
  const std::string caps = caps_text("I420", 64, 36);
  const auto harness = play("framelimit max-rate=10 max-width=32", caps);
  for (int i = 0; i < 10; ++i) {
    const auto time = static_cast<GstClockTime>(i) * 33'333 * GST_USECOND;
    ASSERT_EQ(gst_harness_push(harness.get(), black_frame(info_of(caps), time).release()), GST_FLOW_OK);
  }
  EXPECT_EQ(gst_harness_buffers_received(harness.get()), 4U);
}

// A source that offers many sizes, here a videoscale, would take the small one for everybody.
TEST(FrameLimit, has_no_wish_for_the_size_of_its_source) {
  const auto harness = play("videoscale ! video/x-raw,width=[16,4096],height=[16,4096] ! framelimit max-width=32",
                            caps_text("I420", 64, 36));
  const Ptr<GstElement> limit(gst_harness_find_element(harness.get(), "framelimit"));
  ASSERT_EQ(gst_harness_push(harness.get(), black_frame(info_of(caps_text("I420", 64, 36))).release()), GST_FLOW_OK);
  const Ptr<GstPad> pad(gst_element_get_static_pad(limit.get(), "sink"));
  const Ptr<GstCaps> caps(gst_pad_get_current_caps(pad.get()));
  int width = 0;
  gst_structure_get_int(gst_caps_get_structure(caps.get(), 0), "width", &width);
  EXPECT_EQ(width, 64);
}

TEST(FrameLimit, without_limits_the_source_makes_what_is_asked_for) {
  const auto harness = play("videoscale ! framelimit", caps_text("I420", 64, 36), caps_text("I420", 32, 18));
  EXPECT_EQ(gst_harness_push(harness.get(), black_frame(info_of(caps_text("I420", 64, 36))).release()), GST_FLOW_OK);
  EXPECT_EQ(gst_harness_buffers_received(harness.get()), 1U);
}
