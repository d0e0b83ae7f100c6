// SPDX-License-Identifier: LGPL-2.1-or-later
// What inferences add to the pipeline's latency, and that a sink which keeps time shows their frames.
#include <gtest/gtest.h>

#include <atomic>

#include "frames.h"
#include "inference_latency.h"

namespace {

constexpr GstClockTime kMs = GST_MSECOND;

std::string slow_model(int ms) {
  return "modelproc command=\"'" NODE "' '" TEST_MODELS "/model.js' slow " + std::to_string(ms) + "\"";
}

bool told_of_latency(GstBus* bus) {
  return Ptr<GstMessage>(gst_bus_pop_filtered(bus, GST_MESSAGE_LATENCY)) != nullptr;
}

struct Shown {
  std::atomic<int> inferences = 0;  // frames shown that a model saw
  guint64 dropped = 0;
};

// Plays until the sink has shown this many frames that the model saw. It drops those that are 300 ms late.
void play_until_shown(const std::string& detector, int inferences, Shown& shown) {
  g_autoptr(GError) wrong = nullptr;
  const std::string line =
      "ballsrc ! video/x-raw,format=I420,width=64,height=64,framerate=30/1 ! queue max-size-buffers=1 leaky=downstream "
      "! " +
      detector + " ! fakesink name=sink sync=true qos=true max-lateness=300000000 signal-handoffs=true";
  const Ptr<GstElement> pipeline(gst_parse_launch(line.c_str(), &wrong));
  const Ptr<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "sink"));
  const auto count = [](GstElement*, GstBuffer* buffer, GstPad*, gpointer data) {
    if (!skipped(buffer)) ++static_cast<Shown*>(data)->inferences;
  };
  g_signal_connect(sink.get(), "handoff", G_CALLBACK(+count), &shown);
  const Ptr<GstBus> bus(gst_element_get_bus(pipeline.get()));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  for (int i = 0; i < 12'000 && shown.inferences < inferences; ++i) {
    const Ptr<GstMessage> message(gst_bus_timed_pop_filtered(bus.get(), 10 * kMs, GST_MESSAGE_LATENCY));
    if (message) gst_bin_recalculate_latency(GST_BIN(pipeline.get()));  // as applications do
  }
  g_autoptr(GstStructure) stats = nullptr;
  g_object_get(sink.get(), "stats", &stats, nullptr);
  gst_structure_get_uint64(stats, "dropped", &shown.dropped);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

}  // namespace

TEST(InferenceLatency, is_that_of_most_inferences_rounded_up) {
  cvgst::InferenceLatency latency;
  EXPECT_FALSE(latency.add(100 * kMs)) << "the first one is not like the others";
  EXPECT_TRUE(latency.add(12 * kMs));
  EXPECT_EQ(latency.value(), 15 * kMs);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(latency.add((11 + i % 4) * kMs));
  EXPECT_EQ(latency.value(), 15 * kMs);
}

TEST(InferenceLatency, a_few_slow_ones_change_nothing) {
  cvgst::InferenceLatency latency;
  for (int i = 0; i < 20; ++i) latency.add(12 * kMs);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(latency.add(10 * GST_SECOND));
  EXPECT_EQ(latency.value(), 15 * kMs);
}

TEST(InferenceLatency, follows_a_model_that_becomes_slower_or_faster) {
  cvgst::InferenceLatency latency;
  const auto settle = [&latency](GstClockTime duration) {
    int told = 0;
    for (int i = 0; i < 16; ++i) told += latency.add(duration) ? 1 : 0;
    return told;
  };
  settle(12 * kMs);
  EXPECT_EQ(settle(101 * kMs), 1);
  EXPECT_EQ(latency.value(), 105 * kMs);
  EXPECT_EQ(settle(90 * kMs), 0) << "a little less is not worth a jump";
  EXPECT_EQ(settle(31 * kMs), 1);
  EXPECT_EQ(latency.value(), 35 * kMs);
}

TEST(Latency, circledetect_s_runtime_is_in_it_from_the_start) {
  const auto caps = caps_text("I420", 64, 64);
  const auto harness = play("circledetect runtime=100 runtime-jitter=20", caps);
  gst_harness_set_upstream_latency(harness.get(), 7 * kMs);
  EXPECT_EQ(gst_harness_query_latency(harness.get()), 127 * kMs);
  const Ptr<GstBus> bus(gst_bus_new());
  gst_element_set_bus(harness->element, bus.get());
  const Ptr<GstElement> detector(gst_harness_find_element(harness.get(), "circledetect"));
  g_object_set(detector.get(), "runtime", 300U, nullptr);
  EXPECT_TRUE(told_of_latency(bus.get()));
  EXPECT_EQ(gst_harness_query_latency(harness.get()), 327 * kMs);
}

TEST(Latency, of_a_detector_is_measured_and_told) {
  const auto caps = caps_text("I420", 64, 64);
  const auto harness = play("circledetect", caps);
  gst_harness_set_upstream_latency(harness.get(), 7 * kMs);
  EXPECT_EQ(gst_harness_query_latency(harness.get()), 7 * kMs);
  const Ptr<GstBus> bus(gst_bus_new());
  gst_element_set_bus(harness->element, bus.get());
  for (int i = 0; i < 2; ++i)
    Ptr<GstBuffer>(gst_harness_push_and_pull(harness.get(), black_frame(info_of(caps)).release()));
  EXPECT_TRUE(told_of_latency(bus.get()));
  EXPECT_GT(gst_harness_query_latency(harness.get()), 7 * kMs);
}

TEST(Latency, of_a_model_is_measured_and_told) {
  const auto caps = caps_text("I420", 64, 64);
  const auto harness = play(slow_model(300), caps);
  const Ptr<GstBus> bus(gst_bus_new());
  gst_element_set_bus(harness->element, bus.get());
  EXPECT_EQ(gst_harness_query_latency(harness.get()), 0U);
  const auto frame = black_frame(info_of(caps));
  for (int i = 0; i < 3; ++i) ASSERT_NE(seen(harness.get(), frame), nullptr);
  EXPECT_TRUE(told_of_latency(bus.get()));
  EXPECT_GT(gst_harness_query_latency(harness.get()), 300 * kMs);
}

// Without a latency the sink takes each frame for 380 ms late. It shows one a second so that something is seen.
TEST(Latency, a_sink_that_keeps_time_shows_the_frames_behind_circledetect) {
  Shown shown;
  play_until_shown("circledetect runtime=400", 10, shown);
  EXPECT_GE(shown.inferences, 10);
  EXPECT_LT(shown.dropped, 10U);
}

TEST(Latency, a_sink_that_keeps_time_shows_the_frames_behind_a_model) {
  Shown shown;
  play_until_shown(slow_model(400), 10, shown);
  EXPECT_GE(shown.inferences, 10);
  EXPECT_LT(shown.dropped, 10U);
}
