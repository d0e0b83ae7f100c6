// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/check/gsttestclock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "frames.h"

namespace {

constexpr char kStill[] = "ballsrc is-live=false speed=0";

Ptr<GstBuffer> pull(const Ptr<GstHarness>& harness) {
  return Ptr<GstBuffer>(gst_harness_pull(harness.get()));
}

std::vector<std::uint8_t> first_frame(const std::string& line, const std::string& caps) {
  const auto harness = play_source(line + " num-buffers=1", caps);
  return bytes_of(info_of(caps), pull(harness).get());
}

int count_not(const std::vector<std::uint8_t>& bytes, std::uint8_t background) {
  return static_cast<int>(std::count_if(bytes.begin(), bytes.end(), [&](auto byte) { return byte != background; }));
}

}  // namespace

TEST(BallSrc, draws_the_ball_where_its_truth_is_in_every_format_and_size) {
  for (const auto& format : kFormats) {
    for (const auto& [width, height] : {std::pair{64, 64}, {65, 67}, {640, 360}, {1001, 501}}) {
      const auto caps = caps_text(format, width, height);
      const auto info = info_of(caps);
      const auto harness = play_source("ballsrc is-live=false ground-truth=true num-buffers=3 speed=0.3", caps);
      for (int i = 0; i < 3; ++i) {
        const auto buffer = pull(harness);
        ASSERT_TRUE(buffer) << caps;
        const auto truth = regions_of(buffer.get(), "truth");
        ASSERT_EQ(truth.size(), 1U);
        const double radius = field_of(truth[0], "radius");
        EXPECT_EQ(radius, std::min(50.0, std::min(width, height) / 3.0));
        const int x = static_cast<int>(field_of(truth[0], "center-x") + radius);
        const int y = static_cast<int>(field_of(truth[0], "center-y"));
        const int light = GST_VIDEO_INFO_IS_RGB(&info) ? 255 : format == "GRAY8" ? 255 : 235;
        EXPECT_NEAR(sample_at(info, buffer.get(), 0, x, y), light, 3) << caps << " frame " << i;
      }
    }
  }
}

TEST(BallSrc, makes_the_largest_picture) {
  const auto caps = caps_text("I420", 4096, 2160);
  const auto harness = play_source("ballsrc is-live=false num-buffers=2", caps);
  EXPECT_EQ(gst_buffer_get_size(pull(harness).get()), info_of(caps).size);
}

TEST(BallSrc, timestamps_do_not_drift) {
  for (const auto& [n, d] : {std::pair{1, 1}, {25, 1}, {30000, 1001}, {240, 1}}) {
    const auto rate = std::to_string(n) + "/" + std::to_string(d);
    const auto harness = play_source("ballsrc is-live=false num-buffers=500", caps_text("GRAY8", 64, 64, rate));
    for (guint64 i = 0; i < 500; ++i) {
      const auto buffer = pull(harness);
      ASSERT_EQ(GST_BUFFER_PTS(buffer.get()), i * static_cast<guint64>(d) * GST_SECOND / static_cast<guint64>(n));
      ASSERT_EQ(GST_BUFFER_OFFSET(buffer.get()), i);
      ASSERT_EQ(GST_BUFFER_IS_DISCONT(buffer.get()), i == 0);
    }
  }
}

TEST(BallSrc, is_640x360_at_30_when_nothing_is_asked_for) {
  const auto harness = play_source("ballsrc is-live=false num-buffers=1", "video/x-raw");
  pull(harness);
  const Ptr<GstCaps> caps(gst_pad_get_current_caps(harness->sinkpad));
  GstVideoInfo info;
  ASSERT_TRUE(gst_video_info_from_caps(&info, caps.get()));
  EXPECT_EQ(info.width, 640);
  EXPECT_EQ(info.height, 360);
  EXPECT_EQ(info.fps_n, 30);
}

TEST(BallSrc, live_frames_come_at_their_time_and_late_ones_are_left_out) {
  Ptr<GstHarness> harness(gst_harness_new_parse("ballsrc"));
  gst_harness_use_testclock(harness.get());
  gst_harness_set_sink_caps_str(harness.get(), caps_text("GRAY8", 64, 64, "10/1").c_str());
  gst_harness_play(harness.get());
  GstClockTime previous = 0;
  for (guint64 i = 0; i < 5; ++i) {
    ASSERT_TRUE(gst_harness_crank_single_clock_wait(harness.get()));
    const auto buffer = pull(harness);
    EXPECT_EQ(GST_BUFFER_OFFSET(buffer.get()), i);
    EXPECT_EQ(GST_BUFFER_PTS(buffer.get()), i * 100 * GST_MSECOND);
    EXPECT_NE(gst_buffer_get_reference_timestamp_meta(buffer.get(), nullptr), nullptr);
    previous = GST_BUFFER_PTS(buffer.get());
  }
  // The fifth frame waits for 500 ms; it is 1250 ms when it gets through, so the next that is not over is at 1300 ms.
  ASSERT_TRUE(gst_harness_wait_for_clock_id_waits(harness.get(), 1, 60));
  gst_harness_set_time(harness.get(), 1250 * GST_MSECOND);
  ASSERT_TRUE(gst_harness_crank_single_clock_wait(harness.get()));
  EXPECT_EQ(GST_BUFFER_PTS(pull(harness).get()), previous + 100 * GST_MSECOND);
  ASSERT_TRUE(gst_harness_crank_single_clock_wait(harness.get()));
  const auto late = pull(harness);
  EXPECT_EQ(GST_BUFFER_PTS(late.get()), 1300 * GST_MSECOND);
  EXPECT_EQ(GST_BUFFER_OFFSET(late.get()), 13U);
  EXPECT_TRUE(GST_BUFFER_IS_DISCONT(late.get()));
}

TEST(BallSrc, wait_for_a_frame_ends_at_once_when_stopped) {
  Ptr<GstHarness> harness(gst_harness_new_parse("ballsrc"));
  gst_harness_use_testclock(harness.get());
  gst_harness_set_sink_caps_str(harness.get(), caps_text("GRAY8", 64, 64, "1/1").c_str());
  gst_harness_play(harness.get());
  ASSERT_TRUE(gst_harness_crank_single_clock_wait(harness.get()));
  ASSERT_TRUE(gst_harness_wait_for_clock_id_waits(harness.get(), 1, 60));
  harness.reset();  // the clock stands still: only the unlock ends this
}

TEST(BallSrc, answers_latency_of_a_frame_that_is_there_at_its_time) {
  Ptr<GstHarness> harness(gst_harness_new_parse("ballsrc"));
  gst_harness_set_sink_caps_str(harness.get(), caps_text("GRAY8", 64, 64, "25/1").c_str());
  gst_harness_use_testclock(harness.get());
  gst_harness_play(harness.get());
  ASSERT_TRUE(gst_harness_crank_single_clock_wait(harness.get()));
  pull(harness);
  EXPECT_EQ(gst_harness_query_latency(harness.get()), 0U);
}

TEST(BallSrc, same_seed_makes_the_same_video) {
  const auto caps = caps_text("I420", 320, 180);
  const auto video = [&](const std::string& seed) {
    const auto harness = play_source("ballsrc is-live=false num-buffers=20 seed=" + seed, caps);
    std::vector<std::uint8_t> all;
    for (int i = 0; i < 20; ++i) {
      const auto bytes = bytes_of(info_of(caps), pull(harness).get());
      all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
  };
  const auto one = video("5");
  EXPECT_TRUE(one == video("5"));
  EXPECT_FALSE(one == video("6"));
}

TEST(BallSrc, reused_frames_show_nothing_of_earlier_ones) {
  for (const std::string format : {"I420", "YUY2", "RGB"}) {
    const auto caps = caps_text(format, 321, 201);
    const auto info = info_of(caps);
    const std::string line = "ballsrc is-live=false num-buffers=40 speed=1";
    const auto fresh = play_source(line, caps);
    const auto reused = play_source(line, caps);
    const auto scribbled = play_source(line, caps);
    std::vector<Ptr<GstBuffer>> kept;
    for (int i = 0; i < 40; ++i) {
      kept.push_back(pull(fresh));  // never given back: each frame has memory of its own
      const auto expected = bytes_of(info, kept.back().get());
      ASSERT_TRUE(bytes_of(info, pull(reused).get()) == expected) << format << " frame " << i;
      const auto buffer = pull(scribbled);
      ASSERT_TRUE(bytes_of(info, buffer.get()) == expected) << format << " frame " << i;
      gst_buffer_memset(buffer.get(), 0, 77, gst_buffer_get_size(buffer.get()));
    }
  }
}

TEST(BallSrc, looks_as_its_properties_say) {
  const auto caps = caps_text("RGB", 640, 360);
  const std::string still = std::string(kStill) + " show-time=false ";
  const double ring = 2 * M_PI * 50 * 4 * 3;
  EXPECT_NEAR(count_not(first_frame(still, caps), 0), ring, ring * 0.3);
  EXPECT_GT(count_not(first_frame(still + "line-width=8", caps), 0), ring * 1.7);
  EXPECT_NEAR(count_not(first_frame(still + "filled=true radius=20", caps), 0), M_PI * 400 * 3, 500);
  EXPECT_GT(count_not(first_frame(kStill, caps), 0), count_not(first_frame(still, caps), 0));

  const auto colored = first_frame(still + "filled=true foreground-color=0xff102030 background-color=0xff405060", caps);
  const std::size_t plane = 640 * 360;
  const std::size_t middle = 180 * 640 + 320;
  EXPECT_EQ(colored[middle], 0x10);
  EXPECT_EQ(colored[plane + middle], 0x20);
  EXPECT_EQ(colored[2 * plane + middle], 0x30);
  EXPECT_EQ(colored[0], 0x40);
}

TEST(BallSrc, text_never_touches_the_ball) {
  for (const auto& [width, height] : {std::pair{640, 360}, {200, 200}, {320, 180}}) {
    const auto caps = caps_text("GRAY8", width, height);
    const std::string line = "ballsrc is-live=false ground-truth=true num-buffers=100 speed=1 show-time=";
    const auto with = play_source(line + "true", caps);
    const auto without = play_source(line + "false", caps);
    for (int i = 0; i < 100; ++i) {
      const auto one = pull(with);
      const auto other = pull(without);
      const auto one_bytes = bytes_of(info_of(caps), one.get());
      const auto other_bytes = bytes_of(info_of(caps), other.get());
      const auto truth = regions_of(one.get(), "truth").at(0);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
          const double distance =
              std::hypot(x + 0.5 - field_of(truth, "center-x"), y + 0.5 - field_of(truth, "center-y"));
          if (one_bytes[at] != other_bytes[at]) {
            ASSERT_GT(distance, field_of(truth, "radius") + 2) << x << "," << y;
          }
        }
      }
    }
  }
}

TEST(BallSrc, prints_one_line_a_frame) {
  testing::internal::CaptureStdout();
  const auto harness = play_source("ballsrc is-live=false num-buffers=3 print-time=true", caps_text("GRAY8", 64, 64));
  for (int i = 0; i < 3; ++i) pull(harness);
  const std::string printed = testing::internal::GetCapturedStdout();
  EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 3);
  for (const char* end : {".000 #0\n", ".033 #1\n", ".066 #2\n"}) EXPECT_NE(printed.find(end), std::string::npos);
}

TEST(BallSrc, takes_new_caps_while_running) {
  const auto harness = play_source("ballsrc is-live=false", caps_text("I420", 320, 180, "30/1"));
  for (int i = 0; i < 5; ++i) pull(harness);
  const auto caps = caps_text("NV12", 640, 360, "60/1");
  gst_harness_set_sink_caps_str(harness.get(), caps.c_str());
  gst_pad_push_event(harness->sinkpad, gst_event_new_reconfigure());
  Ptr<GstBuffer> buffer;
  GstClockTime before = 0;
  do {
    before = buffer ? GST_BUFFER_PTS(buffer.get()) : 0;
    buffer = pull(harness);
    ASSERT_TRUE(buffer);
  } while (gst_buffer_get_size(buffer.get()) != info_of(caps).size);
  EXPECT_GT(GST_BUFFER_PTS(buffer.get()), before);
  EXPECT_EQ(GST_BUFFER_DURATION(pull(harness).get()) / GST_MSECOND, 16U);
}

TEST(BallSrc, seek_gives_the_same_frame_as_playing_there) {
  const auto caps = caps_text("GRAY8", 320, 180, "25/1");
  const auto info = info_of(caps);
  const auto played = play_source("ballsrc is-live=false show-time=false", caps);
  std::vector<std::uint8_t> expected;
  for (int i = 0; i <= 50; ++i) expected = bytes_of(info, pull(played).get());

  const auto sought = play_source("ballsrc is-live=false show-time=false", caps);
  pull(sought);
  ASSERT_TRUE(
      gst_pad_push_event(sought->sinkpad, gst_event_new_seek(1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET,
                                                             2 * GST_SECOND, GST_SEEK_TYPE_NONE, 0)));
  Ptr<GstBuffer> buffer;
  do buffer = pull(sought);
  while (buffer && GST_BUFFER_PTS(buffer.get()) != 2 * GST_SECOND);
  ASSERT_TRUE(buffer);
  EXPECT_TRUE(bytes_of(info, buffer.get()) == expected);
}

TEST(BallSrc, starts_and_stops_a_hundred_times) {
  const Ptr<GstElement> pipeline(
      gst_parse_launch("ballsrc ! video/x-raw,framerate=240/1 ! fakesink name=sink", nullptr));
  for (int i = 0; i < 100; ++i) {
    ASSERT_NE(gst_element_set_state(pipeline.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
    ASSERT_NE(gst_element_get_state(pipeline.get(), nullptr, nullptr, GST_CLOCK_TIME_NONE), GST_STATE_CHANGE_FAILURE);
    ASSERT_EQ(gst_element_set_state(pipeline.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  }
}
