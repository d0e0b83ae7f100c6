// SPDX-License-Identifier: LGPL-2.1-or-later
#include "results.h"

#include <cstring>

namespace {

// Numbers, truth values and strings go to the page; other types have no JSON form.
void add_detail(const char* name, const GValue* value, protocol::Object& object) {
  if (std::strcmp(name, "label") == 0 && G_VALUE_HOLDS_STRING(value)) {
    if (const char* text = g_value_get_string(value)) object.label = text;
    return;
  }
  g_auto(GValue) number = G_VALUE_INIT;
  g_value_init(&number, G_TYPE_DOUBLE);
  if (G_VALUE_HOLDS_BOOLEAN(value)) {
    object.details.push_back({name, static_cast<bool>(g_value_get_boolean(value))});
  } else if (G_VALUE_HOLDS_STRING(value)) {
    const char* text = g_value_get_string(value);
    object.details.push_back({name, std::string(text ? text : "")});
  } else if (g_value_transform(value, &number)) {
    if (std::strcmp(name, "confidence") == 0)
      object.confidence = g_value_get_double(&number);
    else
      object.details.push_back({name, g_value_get_double(&number)});
  }
}

protocol::Object read_object(const GstVideoRegionOfInterestMeta& roi) {
  protocol::Object object;
  object.label = roi.roi_type ? g_quark_to_string(roi.roi_type) : "";
  object.x = roi.x, object.y = roi.y, object.w = roi.w, object.h = roi.h;
  for (GList* item = roi.params; item; item = item->next) {
    const auto* params = static_cast<const GstStructure*>(item->data);
    if (!gst_structure_has_name(params, "detection")) continue;
    gst_structure_foreach(
        params,
        [](GQuark name, const GValue* value, gpointer data) -> gboolean {
          add_detail(g_quark_to_string(name), value, *static_cast<protocol::Object*>(data));
          return TRUE;
        },
        &object);
  }
  return object;
}

}  // namespace

protocol::Result read_result(GstBuffer* buffer, const GstVideoInfo& info, std::uint32_t frame,
                             const std::string& fallback_model) {
  protocol::Result result;
  result.frame = frame;
  result.model = fallback_model;
  result.width = GST_VIDEO_INFO_WIDTH(&info);
  result.height = GST_VIDEO_INFO_HEIGHT(&info);
  if (gst_meta_get_info("CvInferenceMeta")) {
    if (auto* meta = gst_buffer_get_custom_meta(buffer, "CvInferenceMeta")) {
      const GstStructure* fields = gst_custom_meta_get_structure(meta);
      guint64 duration = 0;
      if (const char* model = gst_structure_get_string(fields, "model")) result.model = model;
      if (gst_structure_get_uint64(fields, "duration", &duration))
        result.ms = static_cast<double>(duration) / GST_MSECOND;
    }
  }
  gpointer state = nullptr;
  while (GstMeta* meta = gst_buffer_iterate_meta_filtered(buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))
    result.objects.push_back(read_object(*reinterpret_cast<GstVideoRegionOfInterestMeta*>(meta)));
  return result;
}
