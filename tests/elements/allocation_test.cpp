// SPDX-License-Identifier: LGPL-2.1-or-later
// Sinks that promise to crop the picture themselves, and frames of another size than their caps: our elements read and
// write the picture that is shown.
#include <gtest/gtest.h>

#include <cmath>

#include "core/frame_id.h"
#include "core/stamp.h"
#include "frames.h"

namespace {

constexpr char kCropped[] =
    "ballsrc is-live=false speed=0 show-time=false num-buffers=3 ! video/x-raw,width=640,height=360 ! "
    "videocrop left=200 top=60 ! ";
// Where the ball, which stands in the middle of 640 x 360, is in the cropped picture.
constexpr double kX = 120;
constexpr double kY = 120;

// A source and elements in front of a sink that crops.
Ptr<GstHarness> play_cropped(const std::string& launch_line, const std::string& format) {
  Ptr<GstHarness> harness(gst_harness_new_parse(launch_line.c_str()));
  gst_harness_use_systemclock(harness.get());
  gst_harness_add_propose_allocation_meta(harness.get(), GST_VIDEO_META_API_TYPE, nullptr);
  gst_harness_add_propose_allocation_meta(harness.get(), GST_VIDEO_CROP_META_API_TYPE, nullptr);
  gst_harness_set_sink_caps_str(harness.get(), caps_text(format, 440, 300).c_str());
  gst_harness_play(harness.get());
  return harness;
}

Ptr<GstBuffer> cropped(const std::string& element, const std::string& format) {
  return Ptr<GstBuffer>(gst_harness_pull(play_cropped(kCropped + element, format).get()));
}

const std::vector<std::string> kSomeFormats{"I420", "YUY2", "BGR"};

}  // namespace

TEST(Allocation, circledetect_finds_the_ball_in_the_cropped_picture_before_a_sink_that_crops) {
  for (const auto& format : kSomeFormats) {
    const auto out = cropped("circledetect", format);
    ASSERT_TRUE(out) << format;
    const auto circles = regions_of(out.get(), "circle");
    ASSERT_EQ(circles.size(), 1U) << format;
    EXPECT_NEAR(field_of(circles[0], "center-x"), kX, 1) << format;
    EXPECT_NEAR(field_of(circles[0], "center-y"), kY, 1) << format;
  }
}

TEST(Allocation, modelproc_shows_the_cropped_picture_before_a_sink_that_crops) {
  const auto harness = play_cropped(
      "ballsrc speed=0 show-time=false filled=true ! video/x-raw,width=640,height=360 ! videocrop left=200 top=60 ! "
      "modelproc command=\"/usr/bin/python3 '" MODELS "/brightest.py'\"",
      "I420");
  Ptr<GstBuffer> out;
  do {
    out.reset(gst_harness_pull(harness.get()));
    ASSERT_TRUE(out) << "the model has not run";
  } while (skipped(out.get()));
  const auto spots = regions_of(out.get(), "spot");
  ASSERT_EQ(spots.size(), 1U);
  EXPECT_LT(std::hypot(spots[0]->x + spots[0]->w / 2.0 - kX, spots[0]->y + spots[0]->h / 2.0 - kY), 50);
}

TEST(Allocation, overlaydraw_draws_in_the_cropped_picture_before_a_sink_that_crops) {
  for (const auto& format : kSomeFormats) {
    const auto plain = cropped("circledetect", format);
    const auto drawn = cropped("circledetect ! overlaydraw color=0xff0000ff", format);
    ASSERT_TRUE(plain && drawn) << format;
    const auto info = info_of(caps_text(format, 440, 300));
    const int right = static_cast<int>(kX) + 50;
    EXPECT_GT(sample_at(info, plain.get(), 0, right, static_cast<int>(kY)), 200) << format << ": the ball's line";
    EXPECT_NE(sample_at(info, drawn.get(), 0, right, static_cast<int>(kY)),
              sample_at(info, plain.get(), 0, right, static_cast<int>(kY)))
        << format;
  }
}

TEST(Allocation, framestamp_writes_over_the_last_rows_of_the_cropped_picture_before_a_sink_that_crops) {
  for (const auto& format : kSomeFormats) {
    const auto out = cropped("framestamp position=over", format);
    ASSERT_TRUE(out) << format;
    EXPECT_EQ(gst_buffer_get_video_crop_meta(out.get()), nullptr)
        << format << ": the sink shows other rows as the last";
    const auto info = info_of(caps_text(format, 440, 300));
    const cvgst::MappedFrame frame(info, out.get(), GST_MAP_READ);
    const auto reading = core::read_stamp(cvgst::image_of(frame.frame()), core::stamp_top(300), 8);
    EXPECT_TRUE(reading.valid) << format;
    EXPECT_EQ(reading.id, frame_id(GST_BUFFER_PTS(out.get()))) << format;
  }
}

// Nobody promised to cut it. What counts is that nothing is written beyond the smaller picture's memory.
TEST(Allocation, of_a_frame_that_is_larger_than_its_caps_the_part_that_the_caps_tell_is_stamped) {
  const auto larger = info_of(caps_text("I420", 640, 360));
  const auto caps = caps_text("I420", 440, 300);
  const auto info = info_of(caps);
  const auto harness = play("framestamp", caps);
  const auto frame = black_frame(larger, 0, true);
  {
    const cvgst::MappedFrame mapped(larger, frame.get(), GST_MAP_READWRITE);
    const auto luma = cvgst::image_of(mapped.frame()).components[0];
    for (int y = 0; y < 360; ++y) {
      for (int x = 0; x < 640; ++x) luma.row(y)[x] = static_cast<std::uint8_t>(16 + (x + y) % 200);
    }
  }
  const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), gst_buffer_ref(frame.get())));
  ASSERT_TRUE(out);
  const auto stamped = info_of(caps_text("I420", 440, core::stamped_height(300)));
  for (const auto& [x, y] : {std::pair{0, 0}, {439, 0}, {0, 299}, {439, 299}})
    EXPECT_EQ(sample_at(stamped, out.get(), 0, x, y), sample_at(info, frame.get(), 0, x, y)) << x << "," << y;
}
