// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "core/draw.h"
#include "core/frame_id.h"
#include "frames.h"
#include "gstcvdetector.h"

namespace {

constexpr core::Circle kBall{200.5, 150.25, 50};

void draw_ball(const GstVideoInfo& info, GstBuffer* buffer, const core::Circle& ball = kBall) {
  const cvgst::MappedFrame frame(info, buffer, GST_MAP_READWRITE);
  core::draw_ring(cvgst::image_of(frame.frame()), ball, 4, cvgst::light_of(info));
}

Ptr<GstBuffer> ball_frame(const GstVideoInfo& info, GstClockTime pts = 0, bool padded = false) {
  auto buffer = black_frame(info, pts, padded);
  draw_ball(info, buffer.get());
  return buffer;
}

std::size_t circles_found(const std::string& properties) {
  const auto caps = caps_text("I420", 640, 360);
  const auto harness = play("circledetect " + properties, caps);
  auto frame = ball_frame(info_of(caps));
  draw_ball(info_of(caps), frame.get(), {450, 180, 50});
  const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), frame.release()));
  return regions_of(out.get(), "circle").size();
}

}  // namespace

TEST(CircleDetect, finds_the_ball_in_every_format_and_stride) {
  for (const auto& format : kFormats) {
    for (const bool padded : {false, true}) {
      const auto caps = caps_text(format, 401, 303);
      const auto info = info_of(caps);
      const auto harness = play("circledetect", caps);
      const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), ball_frame(info, 0, padded).release()));
      const auto circles = regions_of(out.get());
      ASSERT_EQ(circles.size(), 1U) << caps;
      EXPECT_STREQ(g_quark_to_string(circles[0]->roi_type), "circle");
      EXPECT_NEAR(field_of(circles[0], "center-x"), kBall.x, 0.5) << caps;
      EXPECT_NEAR(field_of(circles[0], "center-y"), kBall.y, 0.5) << caps;
      EXPECT_NEAR(field_of(circles[0], "radius"), kBall.radius, 0.5) << caps;
      EXPECT_GT(field_of(circles[0], "confidence"), 0.9);
      EXPECT_NEAR(circles[0]->x, 150, 1);
      EXPECT_NEAR(circles[0]->w, 100, 1);
      EXPECT_EQ(circles[0]->w, circles[0]->h);
    }
  }
}

TEST(CircleDetect, says_that_it_looked_also_when_it_found_nothing) {
  const auto caps = caps_text("I420", 640, 360);
  const auto harness = play("circledetect model-name=mine runtime=3", caps);
  const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), black_frame(info_of(caps)).release()));
  EXPECT_TRUE(regions_of(out.get()).empty());
  const GstStructure* inference = inference_of(out.get());
  ASSERT_NE(inference, nullptr);
  EXPECT_STREQ(gst_structure_get_string(inference, "model"), "mine");
  guint64 duration = 0;
  ASSERT_TRUE(gst_structure_get_uint64(inference, "duration", &duration));
  EXPECT_GE(duration, 3 * GST_MSECOND);
}

TEST(CircleDetect, takes_more_or_less_time_by_up_to_its_jitter) {
  const auto caps = caps_text("I420", 64, 64);
  const auto harness = play("circledetect runtime=20 runtime-jitter=20", caps);
  guint64 least = GST_CLOCK_TIME_NONE;
  guint64 most = 0;
  for (int i = 0; i < 40; ++i) {
    const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), black_frame(info_of(caps)).release()));
    guint64 duration = 0;
    ASSERT_TRUE(gst_structure_get_uint64(inference_of(out.get()), "duration", &duration));
    least = std::min(least, duration);
    most = std::max(most, duration);
  }
  EXPECT_LT(least, 12 * GST_MSECOND);
  EXPECT_GE(most, 28 * GST_MSECOND);
}

TEST(CircleDetect, neither_writes_nor_copies_a_shared_frame) {
  const auto caps = caps_text("I420", 640, 360);
  const auto info = info_of(caps);
  const auto harness = play("circledetect", caps);
  const auto frame = ball_frame(info);
  const auto before = bytes_of(info, frame.get());
  const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), gst_buffer_ref(frame.get())));
  EXPECT_EQ(gst_buffer_peek_memory(out.get(), 0), gst_buffer_peek_memory(frame.get(), 0));
  EXPECT_TRUE(bytes_of(info, frame.get()) == before);
  EXPECT_TRUE(regions_of(frame.get()).empty()) << "the other branch's buffer";
  EXPECT_EQ(regions_of(out.get()).size(), 1U);
}

TEST(CircleDetect, posts_a_message_for_each_frame) {
  const auto caps = caps_text("I420", 640, 360);
  const auto harness = play("circledetect", caps);
  const Ptr<GstBus> bus(gst_bus_new());
  gst_element_set_bus(harness->element, bus.get());
  const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), ball_frame(info_of(caps), GST_SECOND).release()));
  const auto message = last_message(bus.get(), "circledetect");
  ASSERT_TRUE(message);
  const GstStructure* fields = gst_message_get_structure(message.get());
  guint id = 0;
  gint width = 0;
  const gchar* model = nullptr;
  guint64 running_time = 0;
  ASSERT_TRUE(gst_structure_get(fields, "frame-id", G_TYPE_UINT, &id, "width", G_TYPE_INT, &width, "running-time",
                                G_TYPE_UINT64, &running_time, nullptr));
  model = gst_structure_get_string(fields, "model");
  EXPECT_EQ(id, 90000U);
  EXPECT_EQ(width, 640);
  EXPECT_EQ(running_time, GST_SECOND);
  EXPECT_STREQ(model, "circledetect");
  const GValue* objects = gst_structure_get_value(fields, "objects");
  ASSERT_EQ(gst_value_array_get_size(objects), 1U);
  const GstStructure* object = gst_value_get_structure(gst_value_array_get_value(objects, 0));
  double x = 0;
  ASSERT_TRUE(gst_structure_get_double(object, "center-x", &x));
  EXPECT_NEAR(x, kBall.x, 0.5);

  const Ptr<GstElement> detector(gst_harness_find_element(harness.get(), "circledetect"));
  g_object_set(detector.get(), "post-messages", FALSE, nullptr);
  const Ptr<GstBuffer> quiet(gst_harness_push_and_pull(harness.get(), ball_frame(info_of(caps)).release()));
  EXPECT_FALSE(last_message(bus.get(), "circledetect"));
}

TEST(CircleDetect, gives_no_frame_id_to_a_frame_without_a_running_time) {
  const auto caps = caps_text("I420", 640, 360);
  const auto harness = play("circledetect", caps);
  const Ptr<GstBus> bus(gst_bus_new());
  gst_element_set_bus(harness->element, bus.get());
  const Ptr<GstBuffer> out(
      gst_harness_push_and_pull(harness.get(), ball_frame(info_of(caps), GST_CLOCK_TIME_NONE).release()));
  const auto message = last_message(bus.get(), "circledetect");
  ASSERT_TRUE(message);
  EXPECT_FALSE(gst_structure_has_field(gst_message_get_structure(message.get()), "frame-id"));
  EXPECT_TRUE(gst_structure_has_field(gst_message_get_structure(message.get()), "objects"));
}

TEST(CircleDetect, finds_what_its_properties_ask_for) {
  EXPECT_EQ(circles_found(""), 2U);
  EXPECT_EQ(circles_found("max-circles=1"), 1U);
  EXPECT_EQ(circles_found("max-radius=40"), 0U);
  EXPECT_EQ(circles_found("min-radius=60"), 0U);
  EXPECT_EQ(circles_found("min-distance=400"), 1U);
  EXPECT_EQ(circles_found("edge-threshold=2000"), 0U);
  EXPECT_EQ(circles_found("accumulator-threshold=5000"), 0U);
  EXPECT_EQ(circles_found("scale=0.5"), 2U);
}

TEST(CircleDetect, flush_and_state_change_do_not_wait_for_an_inference) {
  const auto caps = caps_text("I420", 64, 64);
  for (const bool flush : {true, false}) {
    const auto harness = play("circledetect runtime=20000", caps);
    const Ptr<GstBus> bus(gst_bus_new());
    gst_element_set_bus(harness->element, bus.get());
    auto result = push_into(harness.get(), "circledetect", black_frame(info_of(caps)));
    if (flush)
      gst_harness_push_event(harness.get(), gst_event_new_flush_start());
    else
      gst_element_set_state(harness->element, GST_STATE_NULL);
    EXPECT_EQ(result.get(), GST_FLOW_FLUSHING);
    EXPECT_FALSE(last_message(bus.get(), "circledetect")) << "it was waited for";
  }
}

TEST(CircleDetect, works_again_after_a_flush) {
  const auto caps = caps_text("I420", 640, 360);
  const auto harness = play("circledetect", caps);
  gst_harness_push_event(harness.get(), gst_event_new_flush_start());
  gst_harness_push_event(harness.get(), gst_event_new_flush_stop(TRUE));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_harness_push_event(harness.get(), gst_event_new_segment(&segment));
  const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), ball_frame(info_of(caps)).release()));
  EXPECT_EQ(regions_of(out.get()).size(), 1U);
}

TEST(CircleDetect, takes_new_caps_while_running) {
  const auto harness = play("circledetect", caps_text("BGR", 320, 240));
  for (const char* format : {"I420", "BGRx", "GRAY8", "YUY2"}) {
    const auto caps = caps_text(format, 401, 303);
    gst_harness_set_src_caps_str(harness.get(), caps.c_str());
    const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), ball_frame(info_of(caps)).release()));
    EXPECT_EQ(regions_of(out.get()).size(), 1U) << caps;
  }
}

TEST(CircleDetect, takes_interlaced_pictures) {
  for (const char* format : {"I420", "BGRx", "YUY2"}) {
    const auto caps = caps_text(format, 320, 240) + ",interlace-mode=mixed";
    const auto harness = play("circledetect", caps);
    const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), ball_frame(info_of(caps)).release()));
    EXPECT_EQ(regions_of(out.get()).size(), 1U) << caps;
  }
}

TEST(CircleDetect, starts_and_stops_a_hundred_times) {
  const auto caps = caps_text("BGR", 320, 240);
  const auto harness = play("circledetect", caps);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(gst_element_set_state(harness->element, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    ASSERT_EQ(gst_element_set_state(harness->element, GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  }
}

namespace {

// What the element says when its detector can't do this frame.
std::string failure(const std::string& element, const std::string& caps) {
  const auto harness = play(element, caps);
  const Ptr<GstBus> bus(gst_bus_new());
  gst_element_set_bus(harness->element, bus.get());
  EXPECT_EQ(gst_harness_push(harness.get(), black_frame(info_of(caps)).release()), GST_FLOW_ERROR);
  const Ptr<GstMessage> message(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
  gst_element_set_bus(harness->element, nullptr);
  if (!message) return "nothing";
  g_autoptr(GError) error = nullptr;
  gst_message_parse_error(message.get(), &error, nullptr);
  return error->message;
}

}  // namespace

TEST(CircleDetect, an_exception_is_an_error_of_the_element) {
  const auto text = failure("circledetect scale=0.1", caps_text("I420", 4, 4));
  EXPECT_EQ(text.rfind("circledetect failed on a picture of 4 x 4 pixels: OpenCV", 0), 0U) << text;
}

TEST(OwnDetector, an_exception_is_an_error_of_the_element) {
  const auto use = [](const char* name, cvgst::DetectFunction detect) {
    ASSERT_TRUE(cvgst::register_detector(
        nullptr, {.name = name, .title = "Test", .description = "Throws", .detect = std::move(detect)}));
  };
  use("throws", [](const auto&, const auto&) -> std::vector<core::Detection> {
    throw std::runtime_error("the weights are missing");
  });
  use("throws-a-number", [](const auto&, const auto&) -> std::vector<core::Detection> { throw 7; });
  use("misspells", [](const auto&, const cvgst::Parameters& parameters) -> std::vector<core::Detection> {
    return {{"", parameters["treshold"], 0, 0, 0, 1, {}}};
  });
  const auto caps = caps_text("BGR", 64, 48);
  const std::string picture = " failed on a picture of 64 x 48 pixels: ";
  EXPECT_EQ(failure("throws", caps), "throws" + picture + "the weights are missing");
  EXPECT_EQ(failure("throws-a-number", caps), "throws-a-number" + picture + "an exception that is no std::exception");
  EXPECT_EQ(failure("misspells", caps), "misspells" + picture + "it has no parameter \"treshold\"");
}

TEST(OwnDetector, in_one_file_has_all_of_the_base) {
  const auto caps = caps_text("I420", 320, 240);
  const auto info = info_of(caps);
  const auto harness = play("brightspot min-brightness=0.2", caps);
  auto frame = black_frame(info);
  {
    const cvgst::MappedFrame mapped(info, frame.get(), GST_MAP_READWRITE);
    core::fill(cvgst::image_of(mapped.frame()), {64, 80, 16, 16}, cvgst::light_of(info));
  }
  const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), frame.release()));
  const auto spots = regions_of(out.get(), "spot");
  ASSERT_EQ(spots.size(), 1U);
  EXPECT_EQ(spots[0]->x, 64U);
  EXPECT_EQ(spots[0]->y, 80U);
  ASSERT_NE(inference_of(out.get()), nullptr);
  EXPECT_STREQ(gst_structure_get_string(inference_of(out.get()), "model"), "brightspot");
}
