// SPDX-License-Identifier: LGPL-2.1-or-later
// framelimit: leaves frames out, so that at most so many a second go on.
/**
 * SECTION:element-framelimit
 * @title: framelimit
 *
 * Passes at most #framelimit:max-rate frames a second, and leaves the others out. Those that pass keep their
 * timestamps, of which a frame's id is made; videorate (GStreamer 1.22) gives frames other ones, or, with drop-only,
 * ends the process where frames have no duration. Frames without a timestamp all pass.
 *
 * |[
 * gst-launch-1.0 ballsrc ! framelimit max-rate=5 ! videoconvert ! autovideosink
 * ]| A ball that jumps five times a second.
 * |[
 * gst-launch-1.0 ballsrc ! framelimit max-rate=2 ! circledetect ! overlaydraw ! videoconvert ! autovideosink
 * ]| The same with the detector's circle, twice a second.
 */
#include "gstframelimit.h"

#include <utility>

#include "properties.h"

GST_DEBUG_CATEGORY_STATIC(frame_limit_debug);
#define GST_CAT_DEFAULT frame_limit_debug

namespace {

struct Settings {
  guint max_rate = 10;
};

constexpr Settings kDefaults;

cvgst::PropertyTable<Settings> properties;

}  // namespace

struct FrameLimitState {
  Settings settings;  // guarded by the object lock

  // Belongs to the streaming thread.
  GstClockTime due = GST_CLOCK_TIME_NONE;  // when the next frame may pass; NONE: at once
};

struct _GstFrameLimit {
  GstBaseTransform parent;
  FrameLimitState* state;
};

G_DEFINE_FINAL_TYPE(GstFrameLimit, gst_frame_limit, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE(framelimit, "framelimit", GST_RANK_NONE, GST_TYPE_FRAME_LIMIT)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstFlowReturn transform_ip(GstBaseTransform* base, GstBuffer* buffer) {
  auto& state = *GST_FRAME_LIMIT(base)->state;
  GST_OBJECT_LOCK(base);
  const Settings settings = state.settings;
  GST_OBJECT_UNLOCK(base);
  const GstClockTime time = GST_BUFFER_PTS(buffer);
  if (!GST_CLOCK_TIME_IS_VALID(time)) return GST_FLOW_OK;
  const GstClockTime interval = GST_SECOND / settings.max_rate;
  // A frame that comes a little early passes: a camera's times are not even. The next one is due on the same grid.
  const GstClockTime early = interval / 4;
  const GstClockTime due = state.due;
  if (GST_CLOCK_TIME_IS_VALID(due) && time + early < due && due - time <= interval)
    return GST_BASE_TRANSFORM_FLOW_DROPPED;
  // after a pause, or where the source has fewer frames, the grid begins anew
  const bool on_grid = GST_CLOCK_TIME_IS_VALID(due) && time < due + interval && time + interval > due;
  state.due = (on_grid ? due : time) + interval;
  return GST_FLOW_OK;
}

static gboolean start(GstBaseTransform* base) {
  GST_FRAME_LIMIT(base)->state->due = GST_CLOCK_TIME_NONE;
  return TRUE;
}

static void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  GST_OBJECT_LOCK(object);
  const bool known = properties.set(GST_FRAME_LIMIT(object)->state->settings, id, value);
  GST_OBJECT_UNLOCK(object);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  GST_OBJECT_LOCK(object);
  const bool known = properties.get(GST_FRAME_LIMIT(object)->state->settings, id, value);
  GST_OBJECT_UNLOCK(object);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void finalize(GObject* object) {
  delete std::exchange(GST_FRAME_LIMIT(object)->state, nullptr);
  G_OBJECT_CLASS(gst_frame_limit_parent_class)->finalize(object);
}

static void gst_frame_limit_init(GstFrameLimit* self) {
  self->state = new FrameLimitState;
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(self), TRUE);
}

static void gst_frame_limit_class_init(GstFrameLimitClass* klass) {
  GST_DEBUG_CATEGORY_INIT(frame_limit_debug, "framelimit", 0, "frame limit");
  auto* object = G_OBJECT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  properties.install(
      object,
      g_param_spec_uint(
          "max-rate", "Maximum rate", "Frames a second that go on at most", 1, 1000, kDefaults.max_rate,
          static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)),
      &Settings::max_rate);
  auto* element = GST_ELEMENT_CLASS(klass);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Frame limit", "Filter/Video",
                                        "Leaves frames out, and the times of those that go on as they are", CV_AUTHOR);
  auto* transform = GST_BASE_TRANSFORM_CLASS(klass);
  transform->transform_ip = transform_ip;
  transform->transform_ip_on_passthrough = TRUE;
  transform->start = start;
}
