// SPDX-License-Identifier: LGPL-2.1-or-later
// ballsrc: a camera that films a ball on a random walk.
/**
 * SECTION:element-ballsrc
 * @title: ballsrc
 *
 * A live test source: a ring walks randomly over a plain background; the frame's number and wall-clock time are drawn
 * on it. Everything about a frame follows from #ballsrc:seed and its number, which GST_BUFFER_OFFSET carries; frames
 * that come too late for the pipeline's clock are left out, and their numbers with them, as a camera's would be.
 *
 * Where the ball is, sub-pixel, comes as a #GstVideoRegionOfInterestMeta of type "truth" when #ballsrc:ground-truth is
 * set; its params structure "detection" has the doubles "center-x", "center-y" and "radius". A live frame's capture
 * time comes as a #GstReferenceTimestampMeta with the caps "timestamp/x-unix".
 *
 * |[
 * gst-launch-1.0 ballsrc print-time=true ! videoconvert ! autovideosink
 * ]| A white ring on black; the terminal shows each frame's number and time. A screenshot of both shows the latency.
 * |[
 * gst-launch-1.0 ballsrc is-live=false seed=7 num-buffers=250 ! video/x-raw,format=NV12,framerate=25/1 ! fakesink
 * ]| Ten seconds of video, the same on each run, as fast as possible.
 */
#include "gstballsrc.h"

#include <gst/video/video.h>

#include <atomic>
#include <cstdio>
#include <optional>
#include <string_view>

#include "clock_wait.h"
#include "core/ball.h"
#include "core/frame_text.h"
#include "core/scene.h"
#include "frame_clock.h"
#include "properties.h"
#include "regions.h"
#include "tracked_memory.h"
#include "video_frame.h"
#include "video_pool.h"

GST_DEBUG_CATEGORY_STATIC(ball_src_debug);
#define GST_CAT_DEFAULT ball_src_debug

namespace {

struct Settings {
  guint64 seed = 1;
  double radius = 50;
  double speed = 0.05;
  double line_width = 4;
  bool filled = false;
  guint foreground = 0xFFFFFFFF;
  guint background = 0xFF000000;
  bool show_time = true;
  bool print_time = false;
  bool ground_truth = false;
};

constexpr Settings kDefaults;
constexpr bool kDefaultIsLive = true;
constexpr guint kPropIsLive = 100;  // the base class keeps it; the others are in the table

cvgst::PropertyTable<Settings> properties;

}  // namespace

struct BallSrcState {
  Settings settings;  // guarded by the object lock
  cvgst::ClockWait wait;
  std::atomic<GstClockTime> period{0};  // of a frame

  // Belongs to the streaming thread, and before it to start() and set_caps().
  GstVideoInfo info{};
  std::optional<core::BallWalk> walk;
  guint64 walked = 0;      // camera frames that the walk has made
  guint64 next_frame = 0;  // number of the next camera frame
  GstClockTime first = 0;  // where a video that is not live starts
  cvgst::FrameClock clock;
  std::optional<core::BallScene> scene;
  int scenes = 0;
  cvgst::AllocatorPtr allocator = cvgst::tracked_allocator_new();
};

struct _GstBallSrc {
  GstPushSrc parent;
  BallSrcState* state;
};

G_DEFINE_FINAL_TYPE(GstBallSrc, gst_ball_src, GST_TYPE_PUSH_SRC)
GST_ELEMENT_REGISTER_DEFINE(ballsrc, "ballsrc", GST_RANK_NONE, GST_TYPE_BALL_SRC)

#define BALL_CAPS                                                            \
  "video/x-raw, format = " CV_VIDEO_FORMATS                                  \
  ", width = [ 64, 4096 ], height = [ 64, 2160 ], framerate = [ 1/1, 240/1 " \
  "]"

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(BALL_CAPS));

static Settings snapshot(GstBallSrc* self) {
  GST_OBJECT_LOCK(self);
  const Settings settings = self->state->settings;
  GST_OBJECT_UNLOCK(self);
  return settings;
}

// Draws the frame's ball and text over what this memory still shows of an earlier frame.
static bool draw(BallSrcState& state, const core::SceneLook& look, const core::Circle& ball, std::string_view text,
                 GstBuffer* buffer) {
  GstMemory* memory = gst_buffer_peek_memory(buffer, 0);
  auto& drawn = cvgst::note_of<core::Drawn>(memory);
  {
    const cvgst::MappedFrame mapped(state.info, buffer, GST_MAP_WRITE);
    if (!mapped) return false;
    state.scene->draw(cvgst::image_of(mapped.frame()), look, ball, text, drawn);
  }
  cvgst::mark_untouched(memory);
  return true;
}

static void stamp_buffer(BallSrcState& state, GstBuffer* buffer, guint64 frame) {
  GST_BUFFER_PTS(buffer) = state.clock.time_of(frame);
  GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(buffer) = state.clock.time_of(frame + 1) - state.clock.time_of(frame);
  GST_BUFFER_OFFSET(buffer) = frame;
  GST_BUFFER_OFFSET_END(buffer) = frame + 1;
  if (frame != state.next_frame || frame == 0) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
  state.next_frame = frame + 1;
}

static GstFlowReturn gst_ball_src_fill(GstPushSrc* base, GstBuffer* buffer) {
  GstBallSrc* self = GST_BALL_SRC(base);
  BallSrcState& state = *self->state;
  const Settings settings = snapshot(self);
  g_autoptr(GstClock) clock =
      gst_base_src_is_live(GST_BASE_SRC(base)) ? gst_element_get_clock(GST_ELEMENT(self)) : nullptr;

  guint64 frame = state.next_frame;
  GstClockTime unix_time = 0;
  if (clock != nullptr) {
    const GstClockTime now = gst_clock_get_time(clock) - gst_element_get_base_time(GST_ELEMENT(self));
    if (!state.clock.started()) state.clock.start(frame, now);
    frame = state.clock.next_frame(frame, now);
    unix_time = static_cast<GstClockTime>(g_get_real_time()) * GST_USECOND + state.clock.time_of(frame) - now;
  } else {
    if (!state.clock.started()) {
      state.clock.start(0, 0);
      frame = state.next_frame = state.clock.frame_at(state.first);
    }
    unix_time = state.clock.time_of(frame);
  }
  const core::FrameText text(unix_time, frame);
  const double seconds = static_cast<double>(state.info.fps_d) / state.info.fps_n;
  for (; state.walked < frame; ++state.walked) state.walk->advance(settings.speed, seconds);
  const core::SceneLook look{settings.radius, settings.line_width, settings.filled,
                             cvgst::pixel_of(state.info, settings.foreground),
                             cvgst::pixel_of(state.info, settings.background)};
  const core::Circle ball = state.scene->place(*state.walk, look);
  if (!draw(state, look, ball, settings.show_time ? text.view() : "", buffer)) {
    GST_ELEMENT_ERROR(self, RESOURCE, WRITE, ("Can't write into the video frame."), (nullptr));
    return GST_FLOW_ERROR;
  }
  if (clock != nullptr &&
      !state.wait.until(clock, state.clock.time_of(frame) + gst_element_get_base_time(GST_ELEMENT(self))))
    return GST_FLOW_FLUSHING;

  stamp_buffer(state, buffer, frame);
  if (clock != nullptr) {
    g_autoptr(GstCaps) reference = gst_caps_new_empty_simple("timestamp/x-unix");
    gst_buffer_add_reference_timestamp_meta(buffer, reference, unix_time, GST_CLOCK_TIME_NONE);
  }
  if (settings.ground_truth)
    cvgst::add_region(buffer, core::circle_detection("truth", ball, 1), state.info.width, state.info.height);
  if (settings.print_time) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
  }
  return GST_FLOW_OK;
}

static GstCaps* gst_ball_src_fixate(GstBaseSrc* base, GstCaps* caps) {
  caps = gst_caps_truncate(gst_caps_make_writable(caps));
  GstStructure* structure = gst_caps_get_structure(caps, 0);
  gst_structure_fixate_field_nearest_int(structure, "width", 640);
  gst_structure_fixate_field_nearest_int(structure, "height", 360);
  gst_structure_fixate_field_nearest_fraction(structure, "framerate", 30, 1);
  return GST_BASE_SRC_CLASS(gst_ball_src_parent_class)->fixate(base, caps);
}

static gboolean gst_ball_src_set_caps(GstBaseSrc* base, GstCaps* caps) {
  BallSrcState& state = *GST_BALL_SRC(base)->state;
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, caps)) return FALSE;
  state.clock.set_rate(info.fps_n, info.fps_d, state.next_frame);
  state.period = state.clock.period();
  state.info = info;
  state.scene.emplace(info.width, info.height, ++state.scenes);
  return TRUE;
}

static gboolean gst_ball_src_decide_allocation(GstBaseSrc* base, GstQuery* query) {
  const BallSrcState& state = *GST_BALL_SRC(base)->state;
  cvgst::decide_video_pool(query, state.info, state.allocator.get());
  return GST_BASE_SRC_CLASS(gst_ball_src_parent_class)->decide_allocation(base, query);
}

static gboolean gst_ball_src_start(GstBaseSrc* base) {
  GstBallSrc* self = GST_BALL_SRC(base);
  BallSrcState& state = *self->state;
  state.walk.emplace(snapshot(self).seed);
  state.walked = state.next_frame = state.first = 0;
  state.clock.stop();
  return TRUE;
}

static gboolean gst_ball_src_is_seekable(GstBaseSrc* base) {
  return !gst_base_src_is_live(base);
}

static gboolean gst_ball_src_do_seek(GstBaseSrc* base, GstSegment* segment) {
  BallSrcState& state = *GST_BALL_SRC(base)->state;
  if (gst_base_src_is_live(base)) return TRUE;  // for a live stream only the seek at its start
  if (segment->rate <= 0) return FALSE;
  segment->time = segment->start;
  state.clock.stop();
  state.first = segment->position;
  state.walk->reset();
  state.walked = 0;
  return TRUE;
}

static gboolean gst_ball_src_query(GstBaseSrc* base, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY || !gst_base_src_is_live(base))
    return GST_BASE_SRC_CLASS(gst_ball_src_parent_class)->query(base, query);
  // A frame is ready at its time, so the least latency is 0. The most is one frame's time: if a frame can't be passed
  // on for so long, one is lost.
  gst_query_set_latency(query, TRUE, 0, GST_BALL_SRC(base)->state->period);
  return TRUE;
}

static gboolean gst_ball_src_unlock(GstBaseSrc* base) {
  GST_BALL_SRC(base)->state->wait.interrupt();
  return TRUE;
}

static gboolean gst_ball_src_unlock_stop(GstBaseSrc* base) {
  GST_BALL_SRC(base)->state->wait.resume();
  return TRUE;
}

static void gst_ball_src_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  GstBallSrc* self = GST_BALL_SRC(object);
  if (id == kPropIsLive) {
    gst_base_src_set_live(GST_BASE_SRC(self), g_value_get_boolean(value));
    return;
  }
  GST_OBJECT_LOCK(self);
  const bool known = properties.set(self->state->settings, id, value);
  GST_OBJECT_UNLOCK(self);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_ball_src_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  GstBallSrc* self = GST_BALL_SRC(object);
  if (id == kPropIsLive) {
    g_value_set_boolean(value, gst_base_src_is_live(GST_BASE_SRC(self)));
    return;
  }
  if (!properties.get(snapshot(self), id, value)) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_ball_src_finalize(GObject* object) {
  delete GST_BALL_SRC(object)->state;
  G_OBJECT_CLASS(gst_ball_src_parent_class)->finalize(object);
}

static void gst_ball_src_init(GstBallSrc* self) {
  self->state = new BallSrcState;
  gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
  gst_base_src_set_live(GST_BASE_SRC(self), kDefaultIsLive);
}

static void install_properties(GObjectClass* klass) {
  constexpr auto kFlags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  constexpr auto kLiveFlags = static_cast<GParamFlags>(kFlags | GST_PARAM_MUTABLE_PLAYING);
  constexpr auto kStartFlags = static_cast<GParamFlags>(kFlags | GST_PARAM_MUTABLE_READY);
  const Settings& d = kDefaults;
  const auto add = [klass](GParamSpec* spec, auto field) { properties.install(klass, spec, field); };
  add(g_param_spec_uint64("seed", "Seed", "Start of the random walk: the same seed gives the same walk", 0, G_MAXUINT64,
                          d.seed, kStartFlags),
      &Settings::seed);
  add(g_param_spec_double("radius", "Radius",
                          "Radius of the ball to the middle of its line, in pixels; at most a third of the picture's "
                          "smaller side is drawn",
                          1, 1000, d.radius, kLiveFlags),
      &Settings::radius);
  add(g_param_spec_double("speed", "Speed",
                          "Standard deviation of the walk as a part of the picture's width and height, per square root "
                          "of a second",
                          0, 10, d.speed, kLiveFlags),
      &Settings::speed);
  add(g_param_spec_double("line-width", "Line width", "Width of the ring's line, in pixels", 0.5, 100, d.line_width,
                          kLiveFlags),
      &Settings::line_width);
  add(g_param_spec_boolean("filled", "Filled", "A disc instead of a ring", d.filled, kLiveFlags), &Settings::filled);
  add(g_param_spec_uint("foreground-color", "Foreground colour",
                        "Colour of ball and text, 0xAARRGGBB; alpha is ignored", 0, G_MAXUINT, d.foreground,
                        kLiveFlags),
      &Settings::foreground);
  add(g_param_spec_uint("background-color", "Background colour",
                        "Colour of the background, 0xAARRGGBB; alpha is ignored", 0, G_MAXUINT, d.background,
                        kLiveFlags),
      &Settings::background);
  add(g_param_spec_boolean("show-time", "Show time", "Draw each frame's time and number, where there is room",
                           d.show_time, kLiveFlags),
      &Settings::show_time);
  add(g_param_spec_boolean("print-time", "Print time", "Print each frame's time and number on stdout, one line a frame",
                           d.print_time, kLiveFlags),
      &Settings::print_time);
  add(g_param_spec_boolean("ground-truth", "Ground truth",
                           "Attach the ball's true place as a region of interest of type \"truth\"", d.ground_truth,
                           kLiveFlags),
      &Settings::ground_truth);
  g_object_class_install_property(
      klass, kPropIsLive,
      g_param_spec_boolean("is-live", "Is live",
                           "Pace frames by the pipeline's clock; otherwise as fast as possible, the same on each run",
                           kDefaultIsLive, kStartFlags));
}

static void gst_ball_src_class_init(GstBallSrcClass* klass) {
  GST_DEBUG_CATEGORY_INIT(ball_src_debug, "ballsrc", 0, "Ball source");
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* source = GST_BASE_SRC_CLASS(klass);
  object->set_property = gst_ball_src_set_property;
  object->get_property = gst_ball_src_get_property;
  object->finalize = gst_ball_src_finalize;
  install_properties(object);
  gst_element_class_set_static_metadata(element, "Ball source", "Source/Video",
                                        "Films a ball on a random walk, live, with the time drawn on each frame",
                                        CV_AUTHOR);
  gst_element_class_add_static_pad_template(element, &src_template);
  source->fixate = gst_ball_src_fixate;
  source->set_caps = gst_ball_src_set_caps;
  source->decide_allocation = gst_ball_src_decide_allocation;
  source->start = gst_ball_src_start;
  source->is_seekable = gst_ball_src_is_seekable;
  source->do_seek = gst_ball_src_do_seek;
  source->query = gst_ball_src_query;
  source->unlock = gst_ball_src_unlock;
  source->unlock_stop = gst_ball_src_unlock_stop;
  GST_PUSH_SRC_CLASS(klass)->fill = gst_ball_src_fill;
}
