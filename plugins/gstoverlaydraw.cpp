// SPDX-License-Identifier: LGPL-2.1-or-later
// overlaydraw: draws regions of interest into the picture.
/**
 * SECTION:element-overlaydraw
 * @title: overlaydraw
 *
 * Draws each #GstVideoRegionOfInterestMeta of a frame, whichever detector attached it, as a box or a circle with its
 * type and confidence. A params structure named "detection" adds to it, where there is one: "confidence" (#gdouble),
 * "label" (#gchar*, shown in place of the type), "text" (#gchar*, behind it), for circles "center-x", "center-y" and
 * "radius" (#gdouble), "polygon", drawn in place of the box, and "keypoints" (both #GstValueArray of arrays x, y of
 * #gdouble). Of label and text 64 characters are written: ASCII as it is, other letters without their marks ("Jäger" as
 * "Jager"), and "?" for what has no such letter.
 * Regions of type "truth" are drawn only when #overlaydraw:types names them.
 *
 * |[
 * gst-launch-1.0 ballsrc ! circledetect ! overlaydraw ! videoconvert ! autovideosink
 * ]| A ball with a circle, the word "circle" and the detector's confidence.
 * |[
 * gst-launch-1.0 ballsrc ground-truth=true ! overlaydraw types=truth shape=box ! videoconvert ! autovideosink
 * ]| A box around the ball, from its true place.
 */
#include "gstoverlaydraw.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "allocation.h"
#include "core/draw.h"
#include "properties.h"
#include "region_text.h"
#include "video_frame.h"

GST_DEBUG_CATEGORY_STATIC(overlay_draw_debug);
#define GST_CAT_DEFAULT overlay_draw_debug

namespace {

enum Shape { kShapeAuto, kShapeBox, kShapeCircle };

constexpr std::size_t kMaxTypes = 16;

// Trivial to copy: the snapshot for a frame allocates nothing.
struct Settings {
  int shape = kShapeAuto;
  guint color = 0;
  double line_width = 3;
  double font_scale = 0.5;
  bool show_label = true;
  bool show_confidence = true;
  std::array<GQuark, kMaxTypes> types{};  // ends at the first 0; empty: all but "truth"
};

constexpr Settings kDefaults;
constexpr guint kPropTypes = 100;  // not a plain field; the others are in the table

cvgst::PropertyTable<Settings> properties;

// What is drawn of one region.
struct Region {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  core::Circle circle;
  const char* label = nullptr;
  const char* text = nullptr;
  double confidence = -1;  // below 0: unknown
  const GstStructure* params = nullptr;
};

constexpr double kKeypointRadius = 3;
constexpr guint kMaxPoints = 1000;

// Visits the points of a field that is an array of arrays of doubles. Points that make no sense in this picture are
// left out.
template <typename Visit>
void for_each_point(const GstStructure* params, const char* field, const core::Image& image, Visit visit) {
  const GValue* list = params != nullptr ? gst_structure_get_value(params, field) : nullptr;
  if (list == nullptr || !GST_VALUE_HOLDS_ARRAY(list)) return;
  const double limit = 2.0 * std::max(image.width, image.height);
  for (guint i = 0; i < std::min(kMaxPoints, gst_value_array_get_size(list)); ++i) {
    const GValue* point = gst_value_array_get_value(list, i);
    if (!GST_VALUE_HOLDS_ARRAY(point) || gst_value_array_get_size(point) < 2) continue;
    const GValue* x = gst_value_array_get_value(point, 0);
    const GValue* y = gst_value_array_get_value(point, 1);
    if (!G_VALUE_HOLDS_DOUBLE(x) || !G_VALUE_HOLDS_DOUBLE(y)) continue;
    const double px = g_value_get_double(x);
    const double py = g_value_get_double(y);
    if (std::abs(px) < limit && std::abs(py) < limit) visit(px, py);
  }
}

// False if there is no polygon.
bool draw_polygon(const core::Image& image, const GstStructure* params, double line_width, const core::Pixel& color) {
  std::optional<std::pair<double, double>> first;
  std::pair<double, double> last;
  for_each_point(params, "polygon", image, [&](double x, double y) {
    if (first)
      core::draw_line(image, last.first, last.second, x, y, line_width, color);
    else
      first = {x, y};
    last = {x, y};
  });
  if (first) core::draw_line(image, last.first, last.second, first->first, first->second, line_width, color);
  return first.has_value();
}

}  // namespace

struct OverlayDrawState {
  Settings settings;  // guarded by the object lock

  // Belongs to the streaming thread.
  std::optional<core::Font> font;
  double font_scale = 0;
};

struct _GstOverlayDraw {
  GstVideoFilter parent;
  OverlayDrawState* state;
};

G_DEFINE_FINAL_TYPE(GstOverlayDraw, gst_overlay_draw, GST_TYPE_VIDEO_FILTER)
GST_ELEMENT_REGISTER_DEFINE(overlaydraw, "overlaydraw", GST_RANK_NONE, GST_TYPE_OVERLAY_DRAW)

static GType shape_type() {
  static const GEnumValue values[] = {
      {kShapeAuto, "Polygon where there is one, circle for regions of type \"circle\" or \"truth\", else box", "auto"},
      {kShapeBox, "Box", "box"},
      {kShapeCircle, "Circle", "circle"},
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstOverlayDrawShape", values);
  return type;
}

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(CV_VIDEO_FORMATS)));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(CV_VIDEO_FORMATS)));

static bool chosen(const Settings& settings, GQuark type) {
  static const GQuark truth = g_quark_from_static_string("truth");
  if (settings.types[0] == 0) return type != truth;
  return type != 0 && std::find(settings.types.begin(), settings.types.end(), type) != settings.types.end();
}

// The same colour for the same type on each run.
static guint color_of(const char* type) {
  constexpr std::array<guint, 8> kPalette{0xFF00E676, 0xFFFF5252, 0xFF40C4FF, 0xFFFFD740,
                                          0xFFE040FB, 0xFF64FFDA, 0xFFFF9100, 0xFFB2FF59};
  return kPalette[g_str_hash(type) % kPalette.size()];
}

// The region's place and text. Nothing if its values make no sense in this picture.
static std::optional<Region> read_region(const GstVideoRegionOfInterestMeta& meta, const core::Image& image) {
  if (meta.w == 0 || meta.h == 0 || meta.x >= static_cast<guint>(image.width) ||
      meta.y >= static_cast<guint>(image.height) || meta.w > 2U * static_cast<guint>(image.width) ||
      meta.h > 2U * static_cast<guint>(image.height))
    return {};
  Region region;
  region.x = meta.x;
  region.y = meta.y;
  region.width = meta.w;
  region.height = meta.h;
  region.label = g_quark_to_string(meta.roi_type);
  region.circle = {region.x + region.width / 2, region.y + region.height / 2,
                   std::max(region.width, region.height) / 2};
  const GstStructure* params =
      gst_video_region_of_interest_meta_get_param(const_cast<GstVideoRegionOfInterestMeta*>(&meta), "detection");
  if (params == nullptr) return region;
  region.params = params;

  core::Circle exact;
  if (gst_structure_get_double(params, "center-x", &exact.x) &&
      gst_structure_get_double(params, "center-y", &exact.y) &&
      gst_structure_get_double(params, "radius", &exact.radius)) {
    const double limit = 2.0 * std::max(image.width, image.height);
    const bool sane =
        exact.radius > 0 && exact.radius < limit && std::abs(exact.x) < limit && std::abs(exact.y) < limit;
    if (!sane) return {};
    region.circle = exact;
  }
  gst_structure_get_double(params, "confidence", &region.confidence);
  if (const char* label = gst_structure_get_string(params, "label")) region.label = label;
  region.text = gst_structure_get_string(params, "text");
  return region;
}

static void draw_label(const core::Image& image, const core::Font& font, const Settings& settings, const Region& region,
                       const core::Pixel& color) {
  const char* label = settings.show_label && region.label != nullptr ? region.label : "";
  const char* more = settings.show_label && region.text != nullptr ? region.text : "";
  const cvgst::RegionText text(label, more, settings.show_confidence ? region.confidence : -1);
  const std::string_view shown = text.view();
  if (shown.empty()) return;
  const int above = static_cast<int>(region.y - settings.line_width) - font.height();
  const int x = std::clamp(static_cast<int>(region.x), 0, std::max(0, image.width - font.width(shown)));
  core::draw_text(image, font, x, std::max(0, above), shown, color);
}

static GstFlowReturn gst_overlay_draw_transform_frame_ip(GstVideoFilter* filter, GstVideoFrame* frame) {
  GstOverlayDraw* self = GST_OVERLAY_DRAW(filter);
  OverlayDrawState& state = *self->state;
  GST_OBJECT_LOCK(self);
  const Settings settings = state.settings;
  GST_OBJECT_UNLOCK(self);
  if (!state.font || state.font_scale != settings.font_scale) {
    state.font.emplace(settings.font_scale);
    state.font_scale = settings.font_scale;
  }
  static const GQuark circle_type = g_quark_from_static_string("circle");
  static const GQuark truth_type = g_quark_from_static_string("truth");

  const core::Image image = cvgst::image_of(*frame);
  gpointer position = nullptr;
  while (GstMeta* found =
             gst_buffer_iterate_meta_filtered(frame->buffer, &position, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) {
    const auto& meta = *reinterpret_cast<GstVideoRegionOfInterestMeta*>(found);
    if (!chosen(settings, meta.roi_type)) continue;
    const auto region = read_region(meta, image);
    if (!region) continue;
    const char* type = g_quark_to_string(meta.roi_type);
    const guint argb = settings.color != 0 ? settings.color : color_of(type != nullptr ? type : "");
    const core::Pixel color = cvgst::pixel_of(frame->info, argb);
    const bool round = settings.shape == kShapeCircle ||
                       (settings.shape == kShapeAuto && (meta.roi_type == circle_type || meta.roi_type == truth_type));
    const bool outlined =
        settings.shape == kShapeAuto && draw_polygon(image, region->params, settings.line_width, color);
    if (!outlined && round)
      core::draw_ring(image, region->circle, settings.line_width, color);
    else if (!outlined)
      core::draw_box(image, region->x, region->y, region->width, region->height, settings.line_width, color);
    for_each_point(region->params, "keypoints", image, [&](double x, double y) {
      core::draw_disc(image, {x, y, kKeypointRadius}, color);
    });
    draw_label(image, *state.font, settings, *region, color);
  }
  return GST_FLOW_OK;
}

static gboolean gst_overlay_draw_propose_allocation(GstBaseTransform* base, GstQuery*, GstQuery* query) {
  return cvgst::pass_on_allocation(base, query);
}

static std::array<GQuark, kMaxTypes> parse_types(const char* list) {
  std::array<GQuark, kMaxTypes> types{};
  if (list == nullptr) return types;
  g_auto(GStrv) names = g_strsplit_set(list, ", ", -1);
  std::size_t count = 0;
  for (char** name = names; *name != nullptr && count < kMaxTypes; ++name) {
    if (**name != '\0') types.at(count++) = g_quark_from_string(*name);
  }
  return types;
}

static char* format_types(const Settings& settings) {
  GString* list = g_string_new(nullptr);
  for (const GQuark type : settings.types) {
    if (type != 0) g_string_append_printf(list, "%s%s", list->len > 0 ? "," : "", g_quark_to_string(type));
  }
  return g_string_free(list, FALSE);
}

static void gst_overlay_draw_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  Settings& settings = GST_OVERLAY_DRAW(object)->state->settings;
  bool known = true;
  GST_OBJECT_LOCK(object);
  if (id == kPropTypes)
    settings.types = parse_types(g_value_get_string(value));
  else
    known = properties.set(settings, id, value);
  GST_OBJECT_UNLOCK(object);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_overlay_draw_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  const Settings& settings = GST_OVERLAY_DRAW(object)->state->settings;
  bool known = true;
  GST_OBJECT_LOCK(object);
  if (id == kPropTypes)
    g_value_take_string(value, format_types(settings));
  else
    known = properties.get(settings, id, value);
  GST_OBJECT_UNLOCK(object);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void gst_overlay_draw_finalize(GObject* object) {
  delete GST_OVERLAY_DRAW(object)->state;
  G_OBJECT_CLASS(gst_overlay_draw_parent_class)->finalize(object);
}

static void gst_overlay_draw_init(GstOverlayDraw* self) {
  self->state = new OverlayDrawState;
}

static void install_properties(GObjectClass* klass) {
  constexpr auto kFlags =
      static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  const Settings& d = kDefaults;
  const auto add = [klass](GParamSpec* spec, auto field) { properties.install(klass, spec, field); };
  add(g_param_spec_enum("shape", "Shape", "What is drawn for a region", shape_type(), d.shape, kFlags),
      &Settings::shape);
  add(g_param_spec_uint("color", "Colour",
                        "Colour of lines and text, 0xAARRGGBB; alpha is ignored; 0: one for each type of region", 0,
                        G_MAXUINT, d.color, kFlags),
      &Settings::color);
  add(g_param_spec_double("line-width", "Line width", "Width of the lines, in pixels", 0.5, 100, d.line_width, kFlags),
      &Settings::line_width);
  add(g_param_spec_double("font-scale", "Font scale", "Size of the text: 1 is about 30 pixels high", 0.2, 10,
                          d.font_scale, kFlags),
      &Settings::font_scale);
  add(g_param_spec_boolean("show-label", "Show label", "Write each region's label, or its type where it has none",
                           d.show_label, kFlags),
      &Settings::show_label);
  add(g_param_spec_boolean("show-confidence", "Show confidence", "Write each region's confidence, where it is known",
                           d.show_confidence, kFlags),
      &Settings::show_confidence);
  g_object_class_install_property(
      klass, kPropTypes,
      g_param_spec_string("types", "Types",
                          "Types of regions to draw, at most 16, separated by commas; empty: all but \"truth\"", "",
                          kFlags));
}

static void gst_overlay_draw_class_init(GstOverlayDrawClass* klass) {
  GST_DEBUG_CATEGORY_INIT(overlay_draw_debug, "overlaydraw", 0, "Drawing of regions of interest");
  auto* object = G_OBJECT_CLASS(klass);
  auto* element = GST_ELEMENT_CLASS(klass);
  object->set_property = gst_overlay_draw_set_property;
  object->get_property = gst_overlay_draw_get_property;
  object->finalize = gst_overlay_draw_finalize;
  install_properties(object);
  gst_element_class_set_static_metadata(element, "Overlay drawing", "Filter/Effect/Video",
                                        "Draws regions of interest, of any detector, into the picture", CV_AUTHOR);
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  GST_BASE_TRANSFORM_CLASS(klass)->propose_allocation = gst_overlay_draw_propose_allocation;
  GST_VIDEO_FILTER_CLASS(klass)->transform_frame_ip = gst_overlay_draw_transform_frame_ip;
}
