// SPDX-License-Identifier: LGPL-2.1-or-later
// Measures what the elements cost, for the figures in docs/elements.md. The machine may be busy with something else. So
// each figure is the best of some rounds, and figures that are compared are measured in turns.
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "core/circles.h"
#include "frames.h"

// Counts every allocation of the process while `counting` is set.
static std::atomic<bool> counting{false};
static std::atomic<long> allocations{0};

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): glibc's own names
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
// NOLINTEND(bugprone-reserved-identifier)

void* malloc(std::size_t size) {
  if (counting) ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  if (counting) ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  if (counting) ++allocations;
  return __libc_realloc(memory, size);
}
}

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void report(const char* what, double value, const char* unit, const char* bar) {
  std::printf("%-64s %10.3f %-8s %s\n", what, value, unit, bar);
}

// Milliseconds that a source needs for a frame.
double source_time(const std::string& source, int width, int height, int frames) {
  const auto line =
      source + " num-buffers=" + std::to_string(frames) + " ! " + caps_text("I420", width, height) + " ! fakesink";
  const Ptr<GstElement> pipeline(gst_parse_launch(line.c_str(), nullptr));
  const Ptr<GstBus> bus(gst_element_get_bus(pipeline.get()));
  gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);
  gst_element_get_state(pipeline.get(), nullptr, nullptr, GST_CLOCK_TIME_NONE);
  const auto start = Clock::now();
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const Ptr<GstMessage> end(gst_bus_timed_pop_filtered(
      bus.get(), GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  const double time = milliseconds(Clock::now() - start) / (frames - 1);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return time;
}

void bench_source() {
  double ball = 1e9;
  double test_source = 1e9;
  double large = 1e9;
  for (int round = 0; round < 5; ++round) {
    ball = std::min(ball, source_time("ballsrc is-live=false", 1280, 720, 1000));
    test_source = std::min(test_source, source_time("videotestsrc pattern=ball", 1280, 720, 100));
    large = std::min(large, source_time("ballsrc is-live=false", 1920, 1080, 1000));
  }
  report("ballsrc, 1280x720 I420", 1000 / ball, "frames/s", "");
  report("videotestsrc pattern=ball, 1280x720 I420", 1000 / test_source, "frames/s", "");
  report("ballsrc : videotestsrc, frame rate", test_source / ball, "x", ">= 10");
  report("ballsrc, 1920x1080 I420", large, "ms/frame", "<= 0.3");
}

void bench_jitter() {
  std::vector<double> spacings;
  Clock::time_point previous{};
  using Seen = std::pair<std::vector<double>*, Clock::time_point*>;
  Seen seen{&spacings, &previous};
  const Ptr<GstElement> pipeline(gst_parse_launch(
      ("ballsrc num-buffers=2400 ! " + caps_text("I420", 640, 360, "240/1") + " ! fakesink name=sink").c_str(),
      nullptr));
  const Ptr<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "sink"));
  const Ptr<GstPad> pad(gst_element_get_static_pad(sink.get(), "sink"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer data) {
        auto& [spaces, before] = *static_cast<Seen*>(data);
        const auto now = Clock::now();
        if (*before != Clock::time_point{}) spaces->push_back(std::abs(milliseconds(now - *before) - 1000.0 / 240));
        *before = now;
        return GST_PAD_PROBE_OK;
      },
      &seen, nullptr);
  const Ptr<GstBus> bus(gst_element_get_bus(pipeline.get()));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const Ptr<GstMessage> end(gst_bus_timed_pop_filtered(bus.get(), GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS));
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  std::sort(spacings.begin(), spacings.end());
  report("ballsrc, 640x360 at 240/s, jitter of spacing, median", spacings[spacings.size() / 2], "ms", "");
  report("ballsrc, 640x360 at 240/s, jitter of spacing, p99", spacings[spacings.size() * 99 / 100], "ms", "<= 1");
}

struct Cost {
  double time;
  double allocations;
};

// Pushes frames of the harness's own source and times each push.
Cost element_time(const std::string& line, const std::string& caps, const std::function<Ptr<GstBuffer>()>& frame) {
  const auto harness = play(line, caps);
  constexpr int kWarm = 20;
  constexpr int kFrames = 200;
  std::vector<double> times;
  for (int i = 0; i < kWarm + kFrames; ++i) {
    auto buffer = frame();
    counting = i >= kWarm;
    const auto start = Clock::now();
    gst_harness_push(harness.get(), buffer.release());
    times.push_back(milliseconds(Clock::now() - start));
    counting = false;
    gst_buffer_unref(gst_harness_pull(harness.get()));
    if (i == kWarm) allocations = 0;
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], static_cast<double>(allocations) / (kFrames - 1)};
}

// The same, minus what a harness and an element that does nothing need.
void bench_element(const char* what, const std::string& line, const std::string& caps,
                   const std::function<Ptr<GstBuffer>()>& frame) {
  Cost best{1e9, 1e9};
  Cost nothing{1e9, 1e9};
  for (int round = 0; round < 5; ++round) {
    const auto one = element_time(line, caps, frame);
    const auto other = element_time("identity", caps, frame);
    best = {std::min(best.time, one.time), std::min(best.allocations, one.allocations)};
    nothing = {std::min(nothing.time, other.time), std::min(nothing.allocations, other.allocations)};
  }
  report((std::string(what) + ", 1920x1080 I420").c_str(), best.time - nothing.time, "ms/frame", "<= 0.1");
  report((std::string(what) + ", allocations").c_str(), best.allocations - nothing.allocations, "/frame", "0");
}

using PoolPtr = std::unique_ptr<GstBufferPool, void (*)(GstBufferPool*)>;

// A pool like those of elements, with `rows` to spare below the picture.
PoolPtr started_pool(const std::string& caps, const GstVideoInfo& info, guint rows) {
  PoolPtr pool(gst_video_buffer_pool_new(), [](GstBufferPool* ended) {
    gst_buffer_pool_set_active(ended, FALSE);
    gst_object_unref(ended);
  });
  GstVideoAlignment room;
  gst_video_alignment_reset(&room);
  room.padding_bottom = rows;
  const Ptr<GstCaps> pool_caps(gst_caps_from_string(caps.c_str()));
  GstStructure* config = gst_buffer_pool_get_config(pool.get());
  gst_buffer_pool_config_set_params(config, pool_caps.get(), static_cast<guint>(info.size), 0, 0);
  gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment(config, &room);
  gst_buffer_pool_set_config(pool.get(), config);
  gst_buffer_pool_set_active(pool.get(), TRUE);
  return pool;
}

Ptr<GstBuffer> pooled_frame(GstBufferPool* pool) {
  GstBuffer* buffer = nullptr;
  gst_buffer_pool_acquire_buffer(pool, &buffer, nullptr);
  GST_BUFFER_PTS(buffer) = 0;
  return Ptr<GstBuffer>(buffer);
}

void bench_drawing() {
  const auto caps = caps_text("I420", 1920, 1080);
  const auto info = info_of(caps);
  const auto stamped_caps = caps_text("I420", 1920, 1104);
  bench_element("overlaydraw, one circle with its text", "overlaydraw", caps, [&] {
    auto frame = black_frame(info);
    gst_buffer_add_video_region_of_interest_meta(frame.get(), "circle", 900, 500, 100, 100);
    return frame;
  });
  bench_element("framestamp position=over", "framestamp position=over", caps, [&] { return black_frame(info); });
  // A frame with room below, as framestamp's own pool makes them.
  const auto with_room = started_pool(caps, info_of(stamped_caps), 24);
  bench_element("framestamp position=below", "framestamp", caps, [&] {
    auto frame = pooled_frame(with_room.get());
    gst_buffer_get_video_meta(frame.get())->height = 1080;
    return frame;
  });
  const auto stamped = started_pool(stamped_caps, info_of(stamped_caps), 0);
  bench_element("framestamp mode=read", "framestamp mode=read post-messages=false", stamped_caps,
                [&] { return pooled_frame(stamped.get()); });
}

// circledetect against cv::HoughCircles alone, in turns, on the same frames.
void bench_detector(int width, int height) {
  const auto caps = caps_text("I420", width, height);
  const auto info = info_of(caps);
  const auto source = play_source("ballsrc is-live=false num-buffers=60 speed=0.3", caps);
  const auto harness = play("circledetect post-messages=false", caps);
  const core::CircleOptions o;
  std::vector<double> element;
  std::vector<double> alone;
  for (int i = 0; i < 60; ++i) {
    Ptr<GstBuffer> frame(gst_harness_pull(source.get()));
    {
      const cvgst::MappedFrame mapped(info, frame.get(), GST_MAP_READ);
      const auto luma = cvgst::image_of(mapped.frame()).components[0];
      const cv::Mat plane(height, width, CV_8UC1, luma.data, static_cast<std::size_t>(luma.stride));
      const auto start = Clock::now();
      std::vector<cv::Vec3f> circles;
      cv::HoughCircles(plane, circles, cv::HOUGH_GRADIENT, 1, o.min_distance, o.edge_threshold, o.accumulator_threshold,
                       static_cast<int>(o.min_radius), static_cast<int>(o.max_radius));
      alone.push_back(milliseconds(Clock::now() - start));
    }
    const auto start = Clock::now();
    gst_harness_push(harness.get(), frame.release());
    element.push_back(milliseconds(Clock::now() - start));
    gst_buffer_unref(gst_harness_pull(harness.get()));
  }
  std::sort(element.begin(), element.end());
  std::sort(alone.begin(), alone.end());
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  report(("circledetect, " + size).c_str(), element[30], "ms/frame", "");
  report(("circledetect : cv::HoughCircles, " + size).c_str(), element[30] / alone[30], "x", "<= 1.10");
}

// How often circledetect is right on ballsrc's truth.
void bench_accuracy(int width, int height, int frames) {
  const auto caps = caps_text("GRAY8", width, height);
  const auto harness =
      play_source("ballsrc is-live=false ground-truth=true speed=0.3 num-buffers=" + std::to_string(frames) +
                      " ! circledetect post-messages=false",
                  caps);
  int right = 0;
  int radius_right = 0;
  int false_circles = 0;
  double worst = 0;
  for (int i = 0; i < frames; ++i) {
    const Ptr<GstBuffer> frame(gst_harness_pull(harness.get()));
    auto* truth = regions_of(frame.get(), "truth").at(0);
    bool hit = false;
    for (auto* circle : regions_of(frame.get(), "circle")) {
      const double off = std::hypot(field_of(circle, "center-x") - field_of(truth, "center-x"),
                                    field_of(circle, "center-y") - field_of(truth, "center-y"));
      const double radius_off = std::abs(field_of(circle, "radius") - field_of(truth, "radius"));
      if (off > field_of(truth, "radius")) {
        ++false_circles;
        continue;
      }
      worst = std::max(worst, off);
      if (off <= 1) hit = true;
      if (radius_off <= 2) ++radius_right;
    }
    right += hit ? 1 : 0;
  }
  const std::string size =
      std::to_string(width) + "x" + std::to_string(height) + ", " + std::to_string(frames) + " frames";
  report(("circledetect centre within 1 px, " + size).c_str(), 100.0 * right / frames, "%", ">= 99.9");
  report(("circledetect radius within 2 px, " + size).c_str(), 100.0 * radius_right / frames, "%", ">= 99.9");
  report(("circledetect worst centre, " + size).c_str(), worst, "px", "");
  report(("circledetect false circles, " + size).c_str(), false_circles, "", "0");
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  const int frames = argc > 1 ? std::atoi(argv[1]) : 10000;
  bench_source();
  bench_jitter();
  bench_drawing();
  bench_detector(640, 360);
  bench_detector(1920, 1080);
  bench_accuracy(640, 360, frames);
  bench_accuracy(1920, 1080, frames);
  return 0;
}
