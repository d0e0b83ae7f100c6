// SPDX-License-Identifier: LGPL-2.1-or-later
// resultjson: what a detector found on each frame, as text, to be sent where the video goes by another way.
/**
 * SECTION:element-resultjson
 * @title: resultjson
 *
 * Each inference that comes in goes out as one buffer of JSON: the message `result` that cv-launch sends to browsers
 * (PROTOCOL.md §3), with the frame's id, also when nothing was found. Frames that passed while a model was not running
 * have none. Every #resultjson:stream-interval a message `stream` comes before it: it says when ids begin to count, and
 * where in the video's pictures the stamp is.
 *
 * It is for networks where an SFU or a program of your own brings the results to viewers. Objects that do not fit into
 * #resultjson:max-size are left out, the last ones first, and `truncated` says so. Frames that have no running time
 * have no id, and are left out.
 *
 * |[
 * gst-launch-1.0 ballsrc ! circledetect ! resultjson max-size=1400 ! udpsink host=127.0.0.1 port=5006
 * ]| Each circle in a UDP packet.
 * |[
 * gst-launch-1.0 -q ballsrc num-buffers=10 ! circledetect ! resultjson ! fakesink dump=true
 * ]| Shows the messages.
 */
#include "gstresultjson.h"

#include <gst/video/video.h>

#include <string>
#include <utility>

#include "core/epoch.h"
#include "core/frame_id.h"
#include "core/results.h"
#include "core/stamp.h"
#include "properties.h"
#include "read_result.h"

GST_DEBUG_CATEGORY_STATIC(result_json_debug);
#define GST_CAT_DEFAULT result_json_debug

namespace {

struct Settings {
  guint max_size = core::kMaxResult;
  guint stream_interval = 1000;
  bool stamped = true;
  gint64 running_time_offset = 0;
};

constexpr Settings kDefaults;
constexpr guint kLeastSize = 512;   // a `stream` fits, and a result with some objects
constexpr guint kMostSize = 65507;  // of a UDP packet over IPv4

cvgst::PropertyTable<Settings> properties;

GstBuffer* buffer_of(const std::string& text, GstBuffer* frame) {
  GstBuffer* buffer = gst_buffer_new_memdup(text.data(), text.size());
  gst_buffer_copy_into(buffer, frame, GST_BUFFER_COPY_TIMESTAMPS, 0, static_cast<gsize>(-1));
  return buffer;
}

}  // namespace

struct ResultJsonState {
  Settings settings;  // guarded by the object lock

  // Belongs to the streaming thread.
  GstVideoInfo info{};
  GstClockTime stream_due = 0;  // running time
  core::Epoch epoch;
};

struct _GstResultJson {
  GstBaseTransform parent;
  ResultJsonState* state;
};

G_DEFINE_FINAL_TYPE(GstResultJson, gst_result_json, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE(resultjson, "resultjson", GST_RANK_NONE, GST_TYPE_RESULT_JSON)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("application/json"));

static Settings snapshot(gpointer self) {
  GST_OBJECT_LOCK(self);
  const Settings settings = GST_RESULT_JSON(self)->state->settings;
  GST_OBJECT_UNLOCK(self);
  return settings;
}

static std::string stream_message(GstResultJson* self, const Settings& settings, GstClockTime now) {
  auto& state = *self->state;
  const double running = (static_cast<double>(now) + static_cast<double>(settings.running_time_offset)) / GST_MSECOND;
  core::StreamInfo stream;
  stream.epoch = state.epoch.learn(static_cast<double>(g_get_real_time()) / 1000, running);
  if (settings.stamped) {
    const int height = GST_VIDEO_INFO_HEIGHT(&state.info);
    stream.stamp = core::Stamp{static_cast<unsigned>(core::stamped_height(height) - height),
                               static_cast<unsigned>(core::stamp_cell_size(GST_VIDEO_INFO_WIDTH(&state.info)))};
  }
  return core::encode(stream);
}

static std::string result_message(GstResultJson* self, const Settings& settings, GstBuffer* frame, guint64 running,
                                  GstClockTime now) {
  const std::uint32_t id = frame_id(running + static_cast<guint64>(settings.running_time_offset));
  g_autofree char* name = gst_object_get_name(GST_OBJECT(self));
  core::Result result = cvgst::read_result(frame, self->state->info, id, name);
  result.whole = !settings.stamped;
  if (GST_CLOCK_TIME_IS_VALID(now)) result.age = static_cast<double>(static_cast<gint64>(now - running)) / GST_MSECOND;
  return core::encode(result, settings.max_size);
}

// Called till it gives nothing more.
static GstFlowReturn generate_output(GstBaseTransform* base, GstBuffer** out) {
  auto* self = GST_RESULT_JSON(base);
  auto& state = *self->state;
  *out = nullptr;
  if (base->queued_buf == nullptr) return GST_FLOW_OK;
  const Settings settings = snapshot(self);
  const GstClockTime now = gst_element_get_current_running_time(GST_ELEMENT(self));
  if (settings.stream_interval > 0 && GST_CLOCK_TIME_IS_VALID(now) && now >= state.stream_due) {
    state.stream_due = now + settings.stream_interval * GST_MSECOND;
    *out = buffer_of(stream_message(self, settings, now), base->queued_buf);
    return GST_FLOW_OK;
  }
  GstBuffer* frame = std::exchange(base->queued_buf, nullptr);
  const guint64 running = gst_segment_to_running_time(&base->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(frame));
  if (GST_CLOCK_TIME_IS_VALID(running) && cvgst::is_inference(frame))
    *out = buffer_of(result_message(self, settings, frame, running, now), frame);
  gst_buffer_unref(frame);
  return GST_FLOW_OK;
}

static GstCaps* transform_caps(GstBaseTransform* base, GstPadDirection direction, GstCaps*, GstCaps* filter) {
  GstCaps* caps = gst_pad_get_pad_template_caps(direction == GST_PAD_SINK ? base->srcpad : base->sinkpad);
  if (filter == nullptr) return caps;
  GstCaps* both = gst_caps_intersect_full(filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref(caps);
  return both;
}

static gboolean set_caps(GstBaseTransform* base, GstCaps* in, GstCaps*) {
  auto& state = *GST_RESULT_JSON(base)->state;
  if (!gst_video_info_from_caps(&state.info, in)) return FALSE;
  state.stream_due = 0;  // where the stamp is has changed with the size
  return TRUE;
}

static gboolean start(GstBaseTransform* base) {
  auto& state = *GST_RESULT_JSON(base)->state;
  state.stream_due = 0;
  state.epoch = {};
  return TRUE;
}

static void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  GST_OBJECT_LOCK(object);
  const bool known = properties.set(GST_RESULT_JSON(object)->state->settings, id, value);
  GST_OBJECT_UNLOCK(object);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  GST_OBJECT_LOCK(object);
  const bool known = properties.get(GST_RESULT_JSON(object)->state->settings, id, value);
  GST_OBJECT_UNLOCK(object);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void finalize(GObject* object) {
  delete std::exchange(GST_RESULT_JSON(object)->state, nullptr);
  G_OBJECT_CLASS(gst_result_json_parent_class)->finalize(object);
}

static void gst_result_json_init(GstResultJson* self) {
  self->state = new ResultJsonState;
}

static void gst_result_json_class_init(GstResultJsonClass* klass) {
  GST_DEBUG_CATEGORY_INIT(result_json_debug, "resultjson", 0, "results as JSON");
  auto* object = G_OBJECT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  const Settings d = kDefaults;
  constexpr auto kFlags =
      static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  const auto add = [object](GParamSpec* spec, auto field) { properties.install(object, spec, field); };
  add(g_param_spec_uint("max-size", "Maximum size", "Bytes of a message; objects that do not fit are left out",
                        kLeastSize, kMostSize, d.max_size, kFlags),
      &Settings::max_size);
  add(g_param_spec_uint("stream-interval", "Stream interval",
                        "Milliseconds from one message `stream` to the next one; 0: none", 0, G_MAXUINT,
                        d.stream_interval, kFlags),
      &Settings::stream_interval);
  add(g_param_spec_boolean("stamped", "Stamped",
                           "Whether the video that is shown has the rows of a framestamp, with its defaults, below "
                           "pictures of this size",
                           d.stamped, kFlags),
      &Settings::stamped);
  add(g_param_spec_int64("running-time-offset", "Running time offset",
                         "Added to the running time of which the id is made, in nanoseconds: as of the framestamp",
                         G_MININT64, G_MAXINT64, d.running_time_offset, kFlags),
      &Settings::running_time_offset);
  auto* element = GST_ELEMENT_CLASS(klass);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Results as JSON", "Filter/Converter/Video/Metadata",
                                        "Makes text of what a detector found on each frame", CV_AUTHOR);
  auto* transform = GST_BASE_TRANSFORM_CLASS(klass);
  transform->generate_output = generate_output;
  transform->transform_caps = transform_caps;
  transform->set_caps = set_caps;
  transform->start = start;
}
