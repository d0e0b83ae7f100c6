// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "core/draw.h"
#include "frames.h"

namespace {

// A white square on black.
Ptr<GstBuffer> square_frame(const GstVideoInfo& info, int x, int y, bool padded = false) {
  auto buffer = black_frame(info, 0, padded);
  const cvgst::MappedFrame frame(info, buffer.get(), GST_MAP_READWRITE);
  for (int i = 0; i < 16; ++i)
    core::draw_box(cvgst::image_of(frame.frame()), x + i / 2.0, y + i / 2.0, 16 - i, 16 - i, 1.5,
                   cvgst::light_of(info));
  return buffer;
}

std::string element(const std::string& properties = "") {
  return "modelproc command=\"/usr/bin/python3 '" MODELS "/brightest.py'\" " + properties;
}

}  // namespace

TEST(ModelProc, shows_the_model_every_format_and_stride) {
  for (const auto& format : kFormats) {
    for (const bool padded : {false, true}) {
      const auto caps = caps_text(format, 163, 99);
      const auto harness = play(element(), caps);
      const auto out = seen(harness.get(), square_frame(info_of(caps), 96, 48, padded));
      ASSERT_NE(out, nullptr);
      const auto spots = regions_of(out.get(), "spot");
      ASSERT_EQ(spots.size(), 1U) << caps;
      EXPECT_EQ(spots[0]->x, 96U) << caps;
      EXPECT_EQ(spots[0]->y, 48U) << caps;
      EXPECT_EQ(field_of(spots[0], "w"), 16);
      EXPECT_GT(field_of(spots[0], "confidence"), 0.8) << caps;
      EXPECT_STREQ(gst_structure_get_string(inference_of(out.get()), "model"), "brightest");
    }
  }
}

TEST(ModelProc, says_the_colours_in_the_order_that_is_asked_for) {
  const auto caps = caps_text("RGB", 64, 64);
  const auto frame = black_frame(info_of(caps));
  gst_buffer_memset(frame.get(), 0, 30, 1);
  gst_buffer_memset(frame.get(), 1, 20, 1);
  gst_buffer_memset(frame.get(), 2, 10, 1);
  for (const auto& [format, label] : {std::pair{"bgr", "10-20-30"}, {"rgb", "30-20-10"}}) {
    const auto harness = play("modelproc model-name=mine format=" + std::string(format) +
                                  " command=\"/usr/bin/python3 '" TEST_MODELS "/first_pixel.py' " + format + "\"",
                              caps);
    const auto out = seen(harness.get(), frame);
    ASSERT_NE(out, nullptr);
    EXPECT_EQ(regions_of(out.get(), label).size(), 1U) << format;
    EXPECT_STREQ(gst_structure_get_string(inference_of(out.get()), "model"), "mine");
  }
  const auto harness = play(element("format=gray"), caps);
  const auto out = seen(harness.get(), square_frame(info_of(caps), 16, 32));
  ASSERT_NE(out, nullptr);
  EXPECT_EQ(regions_of(out.get(), "spot").size(), 1U);
}

TEST(ModelProc, goes_on_with_a_larger_picture) {
  const auto harness = play(element(), caps_text("I420", 64, 64));
  ASSERT_NE(seen(harness.get(), square_frame(info_of(caps_text("I420", 64, 64)), 16, 32)), nullptr);
  const auto caps = caps_text("I420", 1280, 720);
  gst_harness_set_caps_str(harness.get(), caps.c_str(), caps.c_str());
  const auto out = seen(harness.get(), square_frame(info_of(caps), 1024, 512));
  ASSERT_NE(out, nullptr);
  ASSERT_EQ(regions_of(out.get()).size(), 1U);
  EXPECT_EQ(regions_of(out.get())[0]->x, 1024U);
}

TEST(ModelProc, takes_interlaced_pictures) {
  const auto caps = caps_text("I420", 64, 64) + ",interlace-mode=mixed";
  const auto harness = play(element(), caps);
  EXPECT_NE(seen(harness.get(), square_frame(info_of(caps), 16, 32)), nullptr);
}

TEST(ModelProc, lets_frames_pass_at_once_while_the_model_starts) {
  const auto harness = play("modelproc command=\"/bin/sleep 1000\"", caps_text("I420", 64, 64));
  for (int i = 0; i < 50; ++i) {
    const Ptr<GstBuffer> out(
        gst_harness_push_and_pull(harness.get(), black_frame(info_of(caps_text("I420", 64, 64))).release()));
    EXPECT_TRUE(skipped(out.get()));
    EXPECT_TRUE(regions_of(out.get()).empty());
  }
}

TEST(ModelProc, neither_writes_nor_copies_the_frame) {
  const auto caps = caps_text("I420", 64, 64);
  const auto harness = play(element(), caps);
  const auto frame = square_frame(info_of(caps), 16, 32);
  const auto before = bytes_of(info_of(caps), frame.get());
  const auto out = seen(harness.get(), frame);
  ASSERT_NE(out, nullptr);
  EXPECT_EQ(bytes_of(info_of(caps), out.get()), before);
  EXPECT_EQ(gst_buffer_peek_memory(out.get(), 0), gst_buffer_peek_memory(frame.get(), 0));
}

TEST(ModelProc, a_flush_does_not_wait_for_an_answer_and_the_next_frame_gets_its_own) {
  const auto caps = caps_text("I420", 64, 64);
  const auto harness = play("modelproc timeout=20000 command=\"'" NODE "' '" TEST_MODELS "/model.js' late\"", caps);
  const auto frame = square_frame(info_of(caps), 0, 32);
  ASSERT_NE(seen(harness.get(), frame), nullptr);
  ASSERT_FALSE(skipped(Ptr<GstBuffer>(gst_harness_push_and_pull(harness.get(), gst_buffer_copy(frame.get()))).get()));

  auto result = push_into(harness.get(), "modelproc", Ptr<GstBuffer>(gst_buffer_copy(frame.get())));
  gst_harness_push_event(harness.get(), gst_event_new_flush_start());
  EXPECT_EQ(result.get(), GST_FLOW_FLUSHING);
  gst_harness_push_event(harness.get(), gst_event_new_flush_stop(TRUE));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_harness_push_event(harness.get(), gst_event_new_segment(&segment));

  // the model answers both questions now
  auto next = square_frame(info_of(caps), 40, 8);
  GST_BUFFER_PTS(next.get()) = GST_SECOND;
  const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), next.release()));
  ASSERT_FALSE(skipped(out.get())) << "the model was waited for, until it was taken for dead";
  ASSERT_EQ(regions_of(out.get(), "bright").size(), 1U);
  EXPECT_GE(regions_of(out.get(), "bright")[0]->x, 40U);
}

TEST(ModelProc, a_program_s_own_arguments_are_not_taken_for_its_name) {
  for (const auto& [command, name] : {std::pair{"/none/detector --weights yolo.pt", "detector"},
                                      {"/none/detector.py --weights yolo.pt", "detector"},
                                      {"/none/python3 -u models/people.py --labels street.txt", "people"}}) {
    const auto caps = caps_text("I420", 64, 64);
    const auto harness = play(std::string("modelproc command=\"") + command + "\"", caps);
    const Ptr<GstBus> bus(gst_bus_new());
    gst_element_set_bus(harness->element, bus.get());
    const Ptr<GstMessage> warning(gst_bus_timed_pop_filtered(bus.get(), 60 * GST_SECOND, GST_MESSAGE_WARNING));
    ASSERT_TRUE(warning);
    const GstStructure* details = nullptr;
    gst_message_parse_warning_details(warning.get(), &details);
    EXPECT_STREQ(gst_structure_get_string(details, "model"), name) << command;
  }
}
