// SPDX-License-Identifier: LGPL-2.1-or-later
// framestamp: writes each frame's id into its pixels, and reads it back.
/**
 * SECTION:element-framestamp
 * @title: framestamp
 *
 * Writes the frame id (running time on a 90 kHz clock, modulo 2^32) as light and dark cells into rows added below the
 * picture, or over its last rows, so that whoever sees the pixels, however they were carried, knows which frame they
 * are. The format is in STAMP.md. #framestamp:rows says how many rows at the bottom are not for showing. A frame that
 * has no running time, because it has no timestamp or is outside its segment, has no id: its stamp is left dark, which
 * reads as none, and the first such frame is told in a warning message.
 *
 * With `mode=read` nothing is written. Each frame gets a custom meta "CvStampMeta", and with #framestamp:post-messages
 * an element message named "framestamp" is posted; both have the fields:
 *
 * * #guint `id`: the frame id that was read
 * * #gboolean `valid`: whether the code's CRC is right
 * * #gdouble `margin`: distance of the worst cell from the threshold, 1 for perfect pixels, 0 for a guess
 *
 * and the message also #guint64 `running-time` of the frame that was read, in nanoseconds.
 *
 * |[
 * gst-launch-1.0 ballsrc ! framestamp ! videoconvert ! autovideosink
 * ]| A ball above a row of flickering squares.
 * |[
 * gst-launch-1.0 -m ballsrc ! framestamp ! vp8enc deadline=1 ! vp8dec ! framestamp mode=read ! fakesink
 * ]| Messages with the id of each frame, read after it was encoded and decoded.
 */
#include "gstframestamp.h"

#include <utility>

#include "allocation.h"
#include "core/draw.h"
#include "core/frame_id.h"
#include "core/stamp.h"
#include "properties.h"
#include "stamp_caps.h"
#include "video_frame.h"
#include "video_pool.h"

GST_DEBUG_CATEGORY_STATIC(frame_stamp_debug);
#define GST_CAT_DEFAULT frame_stamp_debug

namespace {

enum Mode { kModeWrite, kModeRead };
enum Position { kPositionBelow, kPositionOver };

struct Settings {
  int mode = kModeWrite;
  int position = kPositionBelow;
  int forced_cell = 0;
  bool post_messages = true;
  gint64 running_time_offset = 0;
};

constexpr Settings kDefaults;
constexpr guint kPropRows = 100;  // these two are read-only; the others are in the table
constexpr guint kPropCellSize = 101;
constexpr char kStampMeta[] = "CvStampMeta";

cvgst::PropertyTable<Settings> properties;

}  // namespace

struct FrameStampState {
  // Guarded by the object lock.
  Settings settings;
  int rows = 0;  // rows and cell are those in use; 0 before negotiation
  int cell = 0;

  // What was negotiated. Belongs to the streaming thread.
  int mode = kModeWrite;
  int top = 0;
  int used_cell = 0;
  bool warned = false;
};

struct _GstFrameStamp {
  GstVideoFilter parent;
  FrameStampState* state;
};

G_DEFINE_FINAL_TYPE(GstFrameStamp, gst_frame_stamp, GST_TYPE_VIDEO_FILTER)
GST_ELEMENT_REGISTER_DEFINE(framestamp, "framestamp", GST_RANK_NONE, GST_TYPE_FRAME_STAMP)

static GType mode_type() {
  static const GEnumValue values[] = {
      {kModeWrite, "Write the frame id", "write"}, {kModeRead, "Read the frame id", "read"}, {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstFrameStampMode", values);
  return type;
}

static GType position_type() {
  static const GEnumValue values[] = {{kPositionBelow, "In rows added below the picture", "below"},
                                      {kPositionOver, "Over the picture's last whole row of macroblocks", "over"},
                                      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstFrameStampPosition", values);
  return type;
}

static GType cell_type() {
  static const GEnumValue values[] = {{0, "The largest that fits the width", "auto"},
                                      {4, "4 x 4 pixels", "4"},
                                      {8, "8 x 8 pixels", "8"},
                                      {16, "16 x 16 pixels", "16"},
                                      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstFrameStampCell", values);
  return type;
}

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(CV_VIDEO_FORMATS)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(CV_VIDEO_FORMATS)));

static Settings snapshot(gpointer self) {
  GST_OBJECT_LOCK(self);
  const Settings settings = GST_FRAME_STAMP(self)->state->settings;
  GST_OBJECT_UNLOCK(self);
  return settings;
}

static bool adds_rows(const Settings& settings) {
  return settings.mode == kModeWrite && settings.position == kPositionBelow;
}

static guint64 running_time_of(GstFrameStamp* self, GstBuffer* buffer) {
  return gst_segment_to_running_time(&GST_BASE_TRANSFORM(self)->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
}

static GstFlowReturn post_map_error(GstFrameStamp* self) {
  GST_ELEMENT_ERROR(self, RESOURCE, FAILED, ("Can't access the video frame."), (nullptr));
  return GST_FLOW_ERROR;
}

static void warn_of_no_id(GstFrameStamp* self, GstClockTime timestamp) {
  if (std::exchange(self->state->warned, true)) return;
  if (GST_CLOCK_TIME_IS_VALID(timestamp))
    GST_ELEMENT_WARNING(self, STREAM, FORMAT, ("A frame outside its segment has no frame id: its stamp can't be read."),
                        ("Timestamp %" GST_TIME_FORMAT ". This is said once.", GST_TIME_ARGS(timestamp)));
  else
    GST_ELEMENT_WARNING(self, STREAM, FORMAT, ("A frame without a timestamp has no frame id: its stamp can't be read."),
                        ("Let the source give its frames timestamps. Sources of single pictures do when their caps "
                         "have a framerate. This is said once."));
}

static void write_stamp(GstFrameStamp* self, GstBuffer* in, const GstVideoFrame& frame) {
  const FrameStampState& state = *self->state;
  const core::Image image = cvgst::image_of(frame);
  const core::Pixel dark = cvgst::dark_of(frame.info);
  const guint64 running_time = running_time_of(self, in);
  if (!GST_CLOCK_TIME_IS_VALID(running_time)) {
    // not as it is: there may be a stamp already
    core::fill_rows(image, state.top, state.top + core::kStampRows, dark);
    return warn_of_no_id(self, GST_BUFFER_PTS(in));
  }
  const auto time = running_time + static_cast<guint64>(snapshot(self).running_time_offset);
  core::write_stamp(image, state.top, state.used_cell, frame_id(time), dark, cvgst::light_of(frame.info));
}

static GstStructure* set_reading(GstStructure* structure, const core::StampReading& reading) {
  gst_structure_set(structure, "id", G_TYPE_UINT, reading.id, "valid", G_TYPE_BOOLEAN, reading.valid ? TRUE : FALSE,
                    "margin", G_TYPE_DOUBLE, reading.margin, nullptr);
  return structure;
}

// A pooled buffer keeps its meta from frame to frame. So once all buffers have one, nothing is allocated.
static GstCustomMeta* stamp_meta(GstBuffer* buffer) {
  if (GstCustomMeta* kept = gst_buffer_get_custom_meta(buffer, kStampMeta)) return kept;
  GstCustomMeta* meta = gst_buffer_add_custom_meta(buffer, kStampMeta);
  meta->meta.flags = static_cast<GstMetaFlags>(meta->meta.flags | GST_META_FLAG_POOLED);
  return meta;
}

static GstFlowReturn read_stamp(GstFrameStamp* self, GstBuffer* buffer) {
  core::StampReading reading;
  {
    const cvgst::MappedFrame frame(GST_VIDEO_FILTER(self)->in_info, buffer, GST_MAP_READ);
    if (!frame) return post_map_error(self);
    reading = core::read_stamp(cvgst::image_of(frame.frame()), self->state->top, self->state->used_cell);
  }
  set_reading(gst_custom_meta_get_structure(stamp_meta(buffer)), reading);
  if (snapshot(self).post_messages) {
    GstStructure* message =
        gst_structure_new("framestamp", "running-time", G_TYPE_UINT64, running_time_of(self, buffer), nullptr);
    gst_element_post_message(GST_ELEMENT(self),
                             gst_message_new_element(GST_OBJECT(self), set_reading(message, reading)));
  }
  return GST_FLOW_OK;
}

// Reads, or writes over the picture's last rows.
static GstFlowReturn gst_frame_stamp_transform_ip(GstBaseTransform* base, GstBuffer* buffer) {
  GstFrameStamp* self = GST_FRAME_STAMP(base);
  if (self->state->mode == kModeRead) return read_stamp(self, buffer);
  const cvgst::MappedFrame frame(GST_VIDEO_FILTER(base)->in_info, buffer, GST_MAP_READWRITE);
  if (!frame) return post_map_error(self);
  write_stamp(self, buffer, frame.frame());
  return GST_FLOW_OK;
}

// Writes into rows below the picture.
static GstFlowReturn gst_frame_stamp_transform(GstBaseTransform* base, GstBuffer* in, GstBuffer* out) {
  GstFrameStamp* self = GST_FRAME_STAMP(base);
  const auto* filter = GST_VIDEO_FILTER(base);
  const cvgst::MappedFrame to(filter->out_info, out, GST_MAP_READWRITE);
  if (!to) return post_map_error(self);
  if (in != out) {
    const cvgst::MappedFrame from(filter->in_info, in, GST_MAP_READ);
    if (!from) return post_map_error(self);
    cvgst::copy_picture(to.frame(), from.frame());
  }
  core::fill_rows(cvgst::image_of(to.frame()), filter->in_info.height, self->state->top,
                  cvgst::dark_of(filter->in_info));
  write_stamp(self, in, to.frame());
  return GST_FLOW_OK;
}

// Rows below move nothing, so what is known of a frame stays true of its copy. The base class leaves out what is about
// memory, and GstVideoFilter would leave out regions too.
static gboolean gst_frame_stamp_transform_meta(GstBaseTransform*, GstBuffer*, GstMeta*, GstBuffer*) {
  return TRUE;
}

// Uses the input itself if it has room for the rows that are added.
static GstFlowReturn gst_frame_stamp_prepare_output_buffer(GstBaseTransform* base, GstBuffer* in, GstBuffer** out) {
  const GstVideoInfo& info = GST_VIDEO_FILTER(base)->out_info;
  if (gst_base_transform_is_in_place(base) || !cvgst::can_grow(in, info))
    return GST_BASE_TRANSFORM_CLASS(gst_frame_stamp_parent_class)->prepare_output_buffer(base, in, out);
  cvgst::grow(in, info);
  *out = in;
  return GST_FLOW_OK;
}

static gboolean gst_frame_stamp_propose_allocation(GstBaseTransform* base, GstQuery*, GstQuery* query) {
  if (gst_base_transform_is_in_place(base)) return cvgst::pass_on_allocation(base, query);
  GstCaps* caps = nullptr;
  GstVideoInfo in;
  gst_query_parse_allocation(query, &caps, nullptr);
  if (caps == nullptr || !gst_video_info_from_caps(&in, caps)) return FALSE;
  const GstVideoInfo& out = GST_VIDEO_FILTER(base)->out_info;
  if (in.width != out.width || in.height >= out.height) return FALSE;
  GstBufferPool* pool = cvgst::growing_pool_new(in, out);
  gst_query_add_allocation_pool(query, pool, static_cast<guint>(out.size), 0, 0);
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  gst_object_unref(pool);
  return TRUE;
}

static GstCaps* gst_frame_stamp_transform_caps(GstBaseTransform* base, GstPadDirection direction, GstCaps* caps,
                                               GstCaps* filter) {
  g_autoptr(GstCaps) other = gst_caps_copy(caps);
  if (adds_rows(snapshot(base))) cvgst::transform_heights(other, direction == GST_PAD_SINK);
  if (filter == nullptr) return g_steal_pointer(&other);
  return gst_caps_intersect_full(filter, other, GST_CAPS_INTERSECT_FIRST);
}

static gboolean gst_frame_stamp_set_info(GstVideoFilter* filter, GstCaps*, GstVideoInfo* in, GstCaps*,
                                         GstVideoInfo* out) {
  GstFrameStamp* self = GST_FRAME_STAMP(filter);
  FrameStampState& state = *self->state;
  const Settings settings = snapshot(self);
  const int cell = settings.forced_cell != 0 ? settings.forced_cell : core::stamp_cell_size(out->width);
  const int top = core::stamp_top(out->height);
  if (cell == 0 || !core::stamp_fits(out->width, cell) || top < 0) {
    GST_ELEMENT_ERROR(self, STREAM, FORMAT,
                      ("A picture of %d x %d is too small for a frame stamp: it needs a width of at least %d and a "
                       "height of at least %d pixels.",
                       in->width, in->height,
                       core::stamp_min_width(settings.forced_cell != 0 ? settings.forced_cell : 4), core::kStampRows),
                      (nullptr));
    return FALSE;
  }
  state.mode = settings.mode;
  state.top = top;
  state.used_cell = cell;
  GST_OBJECT_LOCK(self);
  state.rows = out->height - (adds_rows(settings) ? in->height : top);
  state.cell = cell;
  GST_OBJECT_UNLOCK(self);
  return TRUE;
}

static gboolean gst_frame_stamp_set_caps(GstBaseTransform* base, GstCaps* in, GstCaps* out) {
  if (!GST_BASE_TRANSFORM_CLASS(gst_frame_stamp_parent_class)->set_caps(base, in, out)) return FALSE;
  // After GstVideoFilter's set_caps, which always sets it to TRUE.
  gst_base_transform_set_in_place(base, !adds_rows(snapshot(base)));
  return TRUE;
}

static gboolean gst_frame_stamp_stop(GstBaseTransform* base) {
  FrameStampState& state = *GST_FRAME_STAMP(base)->state;
  GST_OBJECT_LOCK(base);
  state.rows = state.cell = 0;
  GST_OBJECT_UNLOCK(base);
  state.warned = false;
  return TRUE;
}

static void gst_frame_stamp_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  GST_OBJECT_LOCK(object);
  const bool known = properties.set(GST_FRAME_STAMP(object)->state->settings, id, value);
  GST_OBJECT_UNLOCK(object);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_frame_stamp_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  const FrameStampState& state = *GST_FRAME_STAMP(object)->state;
  bool known = true;
  GST_OBJECT_LOCK(object);
  if (id == kPropRows)
    g_value_set_uint(value, static_cast<guint>(state.rows));
  else if (id == kPropCellSize)
    g_value_set_uint(value, static_cast<guint>(state.cell));
  else
    known = properties.get(state.settings, id, value);
  GST_OBJECT_UNLOCK(object);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_frame_stamp_finalize(GObject* object) {
  delete GST_FRAME_STAMP(object)->state;
  G_OBJECT_CLASS(gst_frame_stamp_parent_class)->finalize(object);
}

static void gst_frame_stamp_init(GstFrameStamp* self) {
  self->state = new FrameStampState;
}

static void install_properties(GObjectClass* klass) {
  constexpr auto kFlags = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  constexpr auto kReadyFlags = static_cast<GParamFlags>(kFlags | GST_PARAM_MUTABLE_READY);
  constexpr auto kReadFlags = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  const Settings& d = kDefaults;
  const auto add = [klass](GParamSpec* spec, auto field) { properties.install(klass, spec, field); };
  add(g_param_spec_enum("mode", "Mode", "Write the stamp or read it", mode_type(), d.mode, kReadyFlags),
      &Settings::mode);
  add(g_param_spec_enum("position", "Position", "Where the stamp is written; reading finds it by itself",
                        position_type(), d.position, kReadyFlags),
      &Settings::position);
  add(g_param_spec_enum("force-cell-size", "Force cell size",
                        "Side of a cell; writer and reader must agree when it is not the one chosen from the width",
                        cell_type(), d.forced_cell, kReadyFlags),
      &Settings::forced_cell);
  add(g_param_spec_boolean("post-messages", "Post messages", "Post an element message for each frame that is read",
                           d.post_messages, static_cast<GParamFlags>(kFlags | GST_PARAM_MUTABLE_PLAYING)),
      &Settings::post_messages);
  add(g_param_spec_int64("running-time-offset", "Running time offset",
                         "Added to the running time of which the id is made, in nanoseconds: for pipelines whose base "
                         "time is not that of those who compare ids",
                         G_MININT64, G_MAXINT64, d.running_time_offset,
                         static_cast<GParamFlags>(kFlags | GST_PARAM_MUTABLE_PLAYING)),
      &Settings::running_time_offset);
  g_object_class_install_property(
      klass, kPropRows,
      g_param_spec_uint("rows", "Rows",
                        "Rows at the bottom of the output picture that are not for showing; 0 before negotiation", 0,
                        G_MAXINT, 0, kReadFlags));
  g_object_class_install_property(
      klass, kPropCellSize,
      g_param_spec_uint("cell-size", "Cell size", "Side of a cell in use, in pixels; 0 before negotiation", 0, 16, 0,
                        kReadFlags));
}

static void gst_frame_stamp_class_init(GstFrameStampClass* klass) {
  GST_DEBUG_CATEGORY_INIT(frame_stamp_debug, "framestamp", 0, "Frame stamp");
  const gchar* tags[] = {nullptr};
  if (gst_meta_get_info(kStampMeta) == nullptr) gst_meta_register_custom(kStampMeta, tags, nullptr, nullptr, nullptr);
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* transform = GST_BASE_TRANSFORM_CLASS(klass);
  object->set_property = gst_frame_stamp_set_property;
  object->get_property = gst_frame_stamp_get_property;
  object->finalize = gst_frame_stamp_finalize;
  install_properties(object);
  gst_element_class_set_static_metadata(element, "Frame stamp", "Filter/Video",
                                        "Writes each frame's id into its pixels, and reads it back", CV_AUTHOR);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  // Replaces GstVideoFilter's, which maps frames for writing: that would copy a frame that a tee shares.
  transform->transform_ip = gst_frame_stamp_transform_ip;
  transform->transform = gst_frame_stamp_transform;
  transform->transform_caps = gst_frame_stamp_transform_caps;
  transform->transform_meta = gst_frame_stamp_transform_meta;
  transform->prepare_output_buffer = gst_frame_stamp_prepare_output_buffer;
  transform->propose_allocation = gst_frame_stamp_propose_allocation;
  transform->set_caps = gst_frame_stamp_set_caps;
  transform->stop = gst_frame_stamp_stop;
  GST_VIDEO_FILTER_CLASS(klass)->set_info = gst_frame_stamp_set_info;
}
