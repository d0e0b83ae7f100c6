// SPDX-License-Identifier: LGPL-2.1-or-later
#include "read_result.h"

#include <cmath>
#include <cstring>
#include <utility>

namespace cvgst {
namespace {

const GstStructure* inference_of(GstBuffer* buffer) {
  if (!gst_meta_get_info("CvInferenceMeta")) return nullptr;
  auto* meta = gst_buffer_get_custom_meta(buffer, "CvInferenceMeta");
  return meta ? gst_custom_meta_get_structure(meta) : nullptr;
}

double finite(double value) {
  return std::isfinite(value) ? value : 0;
}

// A number, or an array of numbers or of such arrays; nothing for another type.
std::optional<core::OrderedJson> json_of(const GValue* value) {
  g_auto(GValue) number = G_VALUE_INIT;
  g_value_init(&number, G_TYPE_DOUBLE);
  if (GST_VALUE_HOLDS_ARRAY(value)) {
    auto list = core::OrderedJson::array();
    for (guint i = 0; i < gst_value_array_get_size(value); ++i) {
      auto item = json_of(gst_value_array_get_value(value, i));
      if (!item) return std::nullopt;
      list.push_back(*std::move(item));
    }
    return list;
  }
  if (G_VALUE_HOLDS_STRING(value) || !g_value_transform(value, &number)) return std::nullopt;
  return core::OrderedJson(finite(g_value_get_double(&number)));
}

// Adds the members of a JSON object as they are.
void add_members(const char* text, core::Object& object) {
  const auto parsed = core::parse_json_object(text ? text : "");
  for (const auto& [name, value] : parsed.object.items()) object.details.push_back({name, core::OrderedJson(value)});
}

void add_text(const char* name, const char* text, core::Object& object) {
  if (std::strcmp(name, "label") == 0) {
    if (text) object.label = text;
  } else if (std::strcmp(name, "json") == 0) {
    add_members(text, object);
  } else {
    object.details.push_back({name, std::string(text ? text : "")});
  }
}

void add_number(const std::string& name, double value, core::Object& object) {
  if (name == "confidence")
    object.confidence = value;
  else if (name == "x" || name == "y" || name == "w" || name == "h")
    (name == "x" ? object.x : name == "y" ? object.y : name == "w" ? object.w : object.h) = finite(value);
  else
    object.details.push_back({name, value});
}

// Numbers, truth values, strings and arrays of numbers go to the page; other types have no JSON form.
void add_detail(const char* name, const GValue* value, core::Object& object) {
  g_auto(GValue) number = G_VALUE_INIT;
  g_value_init(&number, G_TYPE_DOUBLE);
  if (G_VALUE_HOLDS_BOOLEAN(value)) {
    object.details.push_back({name, static_cast<bool>(g_value_get_boolean(value))});
  } else if (G_VALUE_HOLDS_STRING(value)) {
    add_text(name, g_value_get_string(value), object);
  } else if (GST_VALUE_HOLDS_ARRAY(value)) {
    if (auto list = json_of(value)) object.details.push_back({name, *std::move(list)});
  } else if (g_value_transform(value, &number)) {
    add_number(name, g_value_get_double(&number), object);
  }
}

void add_details(const GstStructure* detection, core::Object& object) {
  gst_structure_foreach(
      detection,
      [](GQuark name, const GValue* value, gpointer data) -> gboolean {
        add_detail(g_quark_to_string(name), value, *static_cast<core::Object*>(data));
        return TRUE;
      },
      &object);
}

core::Object read_region(const GstVideoRegionOfInterestMeta& roi) {
  core::Object object;
  object.label = roi.roi_type ? g_quark_to_string(roi.roi_type) : "";
  object.x = roi.x, object.y = roi.y, object.w = roi.w, object.h = roi.h;
  for (GList* item = roi.params; item; item = item->next) {
    const auto* params = static_cast<const GstStructure*>(item->data);
    if (gst_structure_has_name(params, "detection")) add_details(params, object);
  }
  return object;
}

}  // namespace

bool is_inference(GstBuffer* buffer) {
  const GstStructure* fields = inference_of(buffer);
  gboolean skipped = FALSE;
  return !fields || !gst_structure_get_boolean(fields, "skipped", &skipped) || !skipped;
}

core::Result read_result(GstBuffer* buffer, const GstVideoInfo& info, std::uint32_t frame,
                         const std::string& fallback_model) {
  core::Result result;
  result.frame = frame;
  result.model = fallback_model;
  result.width = GST_VIDEO_INFO_WIDTH(&info);
  result.height = GST_VIDEO_INFO_HEIGHT(&info);
  if (const GstStructure* fields = inference_of(buffer)) {
    guint64 duration = 0;
    if (const char* model = gst_structure_get_string(fields, "model")) result.model = model;
    if (gst_structure_get_uint64(fields, "duration", &duration))
      result.ms = static_cast<double>(duration) / GST_MSECOND;
  }
  gpointer state = nullptr;
  while (GstMeta* meta = gst_buffer_iterate_meta_filtered(buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))
    result.objects.push_back(read_region(*reinterpret_cast<GstVideoRegionOfInterestMeta*>(meta)));
  return result;
}

core::Object read_object(const char* type, const GstStructure* detection) {
  core::Object object;
  object.label = type;
  add_details(detection, object);
  return object;
}

}  // namespace cvgst
