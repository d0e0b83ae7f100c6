// SPDX-License-Identifier: LGPL-2.1-or-later
// framelimit: at most so many frames a second go on, and at most so many pixels of each.
/**
 * SECTION:element-framelimit
 * @title: framelimit
 *
 * Passes at most #framelimit:max-rate frames a second, and leaves the others out. Those that pass keep their
 * timestamps, of which a frame's id is made; videorate (GStreamer 1.22) gives frames other ones, or, with drop-only,
 * ends the process where frames have no duration. Frames without a timestamp all pass.
 *
 * Makes frames smaller that are larger than #framelimit:max-width or #framelimit:max-height, in the same shape, and
 * none larger. Regions become smaller with them. Unlike a videoscale with a size behind it, it has no wish for what
 * comes before it: a source that offers many sizes would else take the small one for everybody.
 *
 * |[
 * gst-launch-1.0 ballsrc ! framelimit max-rate=5 ! videoconvert ! autovideosink
 * ]| A ball that jumps five times a second.
 * |[
 * gst-launch-1.0 ballsrc ! circledetect ! framelimit max-width=160 ! overlaydraw ! videoconvert ! autovideosink
 * ]| A small picture, with the circle that was found in the large one.
 */
#include "gstframelimit.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "properties.h"

GST_DEBUG_CATEGORY_STATIC(frame_limit_debug);
#define GST_CAT_DEFAULT frame_limit_debug

namespace {

struct Settings {
  int max_rate = G_MAXINT;
  int max_width = G_MAXINT;
  int max_height = G_MAXINT;
};

constexpr Settings kDefaults;

cvgst::PropertyTable<Settings> properties;

struct FreeConverter {
  void operator()(GstVideoConverter* converter) const { gst_video_converter_free(converter); }
};

struct Size {
  int width;
  int height;
};

// Even: most formats, and encoders, have colours for two by two pixels.
int even(gint64 size) {
  return static_cast<int>(std::max<gint64>(size / 2 * 2, 2));
}

Size limited(Size size, const Settings& settings) {
  if (size.width <= settings.max_width && size.height <= settings.max_height) return size;
  const Size most{even(settings.max_width), even(settings.max_height)};
  const auto [w, h] = std::pair<gint64, gint64>(size.width, size.height);
  if (w * most.height > h * most.width) return {most.width, std::min(even(h * most.width / w + 1), most.height)};
  return {std::min(even(w * most.height / h + 1), most.width), most.height};
}

// The most that caps allow of a side.
int most_of(const GstStructure* structure, const char* side) {
  const GValue* value = gst_structure_get_value(structure, side);
  if (value != nullptr && G_VALUE_HOLDS_INT(value)) return g_value_get_int(value);
  if (value != nullptr && GST_VALUE_HOLDS_INT_RANGE(value)) return gst_value_get_int_range_max(value);
  return G_MAXINT;
}

void set_sizes_up_to(GstStructure* structure, Size most) {
  gst_structure_set(structure, "width", GST_TYPE_INT_RANGE, 1, most.width, "height", GST_TYPE_INT_RANGE, 1, most.height,
                    nullptr);
}

// What comes out of caps.
void limit_caps(GstStructure* structure, const Settings& settings) {
  Size size{};
  if (!gst_structure_get_int(structure, "width", &size.width) ||
      !gst_structure_get_int(structure, "height", &size.height))
    return set_sizes_up_to(structure, {settings.max_width, settings.max_height});
  const Size less = limited(size, settings);
  gst_structure_set(structure, "width", G_TYPE_INT, less.width, "height", G_TYPE_INT, less.height, nullptr);
}

// What may come in for caps to come out. A size below the limits is only made of the same.
void unlimit_caps(GstStructure* structure, const Settings& settings) {
  if (most_of(structure, "width") >= even(settings.max_width) ||
      most_of(structure, "height") >= even(settings.max_height))
    set_sizes_up_to(structure, {G_MAXINT, G_MAXINT});
}

}  // namespace

struct FrameLimitState {
  Settings settings;  // guarded by the object lock

  // Belongs to the streaming thread.
  GstClockTime due = GST_CLOCK_TIME_NONE;  // when the next frame may pass; NONE: at once
  std::unique_ptr<GstVideoConverter, FreeConverter> converter;
};

struct _GstFrameLimit {
  GstVideoFilter parent;
  FrameLimitState* state;
};

G_DEFINE_FINAL_TYPE(GstFrameLimit, gst_frame_limit, GST_TYPE_VIDEO_FILTER)
GST_ELEMENT_REGISTER_DEFINE(framelimit, "framelimit", GST_RANK_NONE, GST_TYPE_FRAME_LIMIT)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)));

static Settings snapshot(gpointer self) {
  GST_OBJECT_LOCK(self);
  const Settings settings = GST_FRAME_LIMIT(self)->state->settings;
  GST_OBJECT_UNLOCK(self);
  return settings;
}

static bool passes(GstBaseTransform* base, GstBuffer* buffer) {
  auto& state = *GST_FRAME_LIMIT(base)->state;
  const GstClockTime time = GST_BUFFER_PTS(buffer);
  if (!GST_CLOCK_TIME_IS_VALID(time)) return true;
  const GstClockTime interval = GST_SECOND / static_cast<guint>(snapshot(base).max_rate);
  // A frame that comes a little early passes: a camera's times are not even. The next one is due on the same grid.
  const GstClockTime early = interval / 4;
  const GstClockTime due = state.due;
  if (GST_CLOCK_TIME_IS_VALID(due) && time + early < due && due - time <= interval) return false;
  // after a pause, or where the source has fewer frames, the grid begins anew
  const bool on_grid = GST_CLOCK_TIME_IS_VALID(due) && time < due + interval && time + interval > due;
  state.due = (on_grid ? due : time) + interval;
  return true;
}

// Frames that are not too large.
static GstFlowReturn transform_ip(GstBaseTransform* base, GstBuffer* buffer) {
  return passes(base, buffer) ? GST_FLOW_OK : GST_BASE_TRANSFORM_FLOW_DROPPED;
}

static GstFlowReturn transform(GstBaseTransform* base, GstBuffer* in, GstBuffer* out) {
  if (!passes(base, in)) return GST_BASE_TRANSFORM_FLOW_DROPPED;
  return GST_BASE_TRANSFORM_CLASS(gst_frame_limit_parent_class)->transform(base, in, out);
}

static GstFlowReturn transform_frame(GstVideoFilter* filter, GstVideoFrame* in, GstVideoFrame* out) {
  gst_video_converter_frame(GST_FRAME_LIMIT(filter)->state->converter.get(), in, out);
  return GST_FLOW_OK;
}

// What else is known of a frame: where in it, it becomes smaller too.
static gboolean transform_meta(GstBaseTransform* base, GstBuffer* out, GstMeta* meta, GstBuffer* in) {
  const GstMetaInfo* info = meta->info;
  if (info->transform_func != nullptr &&
      gst_meta_api_type_has_tag(info->api, g_quark_from_static_string(GST_META_TAG_VIDEO_SIZE_STR))) {
    auto* filter = GST_VIDEO_FILTER(base);
    GstVideoMetaTransform scale{&filter->in_info, &filter->out_info};
    info->transform_func(out, meta, in, gst_video_meta_transform_scale_get_quark(), &scale);
    return FALSE;  // it is done
  }
  return GST_BASE_TRANSFORM_CLASS(gst_frame_limit_parent_class)->transform_meta(base, out, meta, in);
}

static GstCaps* transform_caps(GstBaseTransform* base, GstPadDirection direction, GstCaps* caps, GstCaps* filter) {
  const Settings settings = snapshot(base);
  caps = gst_caps_copy(caps);
  for (guint i = 0; i < gst_caps_get_size(caps); ++i)
    (direction == GST_PAD_SINK ? limit_caps : unlimit_caps)(gst_caps_get_structure(caps, i), settings);
  if (filter == nullptr) return caps;
  GstCaps* both = gst_caps_intersect_full(filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref(caps);
  return both;
}

// The base class would name what comes after it first, so the small size, and sources take what is named first.
static gboolean query(GstBaseTransform* base, GstPadDirection direction, GstQuery* query) {
  if (direction != GST_PAD_SINK || GST_QUERY_TYPE(query) != GST_QUERY_CAPS)
    return GST_BASE_TRANSFORM_CLASS(gst_frame_limit_parent_class)->query(base, direction, query);
  GstCaps* filter = nullptr;
  gst_query_parse_caps(query, &filter);
  GstCaps* known = gst_pad_get_pad_template_caps(base->srcpad);
  GstCaps* next = gst_pad_peer_query_caps(base->srcpad, known);
  GstCaps* caps = transform_caps(base, GST_PAD_SRC, next, filter);
  gst_query_set_caps_result(query, caps);
  for (GstCaps* done : {known, next, caps}) gst_caps_unref(done);
  return TRUE;
}

static gboolean set_info(GstVideoFilter* filter, GstCaps*, GstVideoInfo* in, GstCaps*, GstVideoInfo* out) {
  auto& converter = GST_FRAME_LIMIT(filter)->state->converter;
  converter.reset(gst_video_converter_new(in, out, nullptr));
  return converter != nullptr;
}

static gboolean set_caps(GstBaseTransform* base, GstCaps* in, GstCaps* out) {
  if (!GST_BASE_TRANSFORM_CLASS(gst_frame_limit_parent_class)->set_caps(base, in, out)) return FALSE;
  gst_base_transform_set_in_place(base, gst_caps_is_equal(in, out));
  return TRUE;
}

static gboolean start(GstBaseTransform* base) {
  GST_FRAME_LIMIT(base)->state->due = GST_CLOCK_TIME_NONE;
  return TRUE;
}

static gboolean stop(GstBaseTransform* base) {
  GST_FRAME_LIMIT(base)->state->converter = nullptr;
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
}

static void gst_frame_limit_class_init(GstFrameLimitClass* klass) {
  GST_DEBUG_CATEGORY_INIT(frame_limit_debug, "framelimit", 0, "frame limit");
  auto* object = G_OBJECT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  const auto add = [object](const char* name, const char* nick, const char* blurb, int least, int Settings::*field,
                            int flags) {
    auto* spec = g_param_spec_int(name, nick, blurb, least, G_MAXINT, kDefaults.*field,
                                  static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | flags));
    properties.install(object, spec, field);
  };
  add("max-rate", "Maximum rate", "Frames a second that go on at most", 1, &Settings::max_rate,
      GST_PARAM_MUTABLE_PLAYING);
  add("max-width", "Maximum width", "Pixels; wider frames become smaller", 2, &Settings::max_width,
      GST_PARAM_MUTABLE_READY);
  add("max-height", "Maximum height", "Pixels; higher frames become smaller", 2, &Settings::max_height,
      GST_PARAM_MUTABLE_READY);
  auto* element = GST_ELEMENT_CLASS(klass);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Frame limit", "Filter/Converter/Video/Scaler",
                                        "Lets at most so many frames a second and pixels of a frame go on", CV_AUTHOR);
  auto* transform = GST_BASE_TRANSFORM_CLASS(klass);
  transform->transform_ip = transform_ip;
  transform->transform = ::transform;
  transform->transform_caps = transform_caps;
  transform->transform_meta = transform_meta;
  transform->query = ::query;
  transform->set_caps = set_caps;
  transform->start = start;
  transform->stop = stop;
  GST_VIDEO_FILTER_CLASS(klass)->set_info = set_info;
  GST_VIDEO_FILTER_CLASS(klass)->transform_frame = transform_frame;
}
