// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inference_message.h"

#include "core/frame_id.h"

namespace cvgst {

void post_inference(GstVideoFilter* element, const char* name, GstBuffer* buffer, const std::string& model,
                    GstClockTime duration, std::vector<StructurePtr> objects) {
  const GstSegment& segment = GST_BASE_TRANSFORM(element)->segment;
  const GstVideoInfo& info = element->in_info;
  const guint64 running_time = gst_segment_to_running_time(&segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  GstStructure* message = gst_structure_new_empty(name);
  if (GST_CLOCK_TIME_IS_VALID(running_time))
    gst_structure_set(message, "frame-id", G_TYPE_UINT, frame_id(running_time), nullptr);
  gst_structure_set(message, "running-time", G_TYPE_UINT64, running_time, "timestamp", G_TYPE_UINT64,
                    GST_BUFFER_PTS(buffer), "model", G_TYPE_STRING, model.c_str(), "duration", G_TYPE_UINT64, duration,
                    "width", G_TYPE_INT, info.width, "height", G_TYPE_INT, info.height, nullptr);
  g_auto(GValue) list = G_VALUE_INIT;
  gst_value_array_init(&list, static_cast<guint>(objects.size()));
  for (auto& object : objects) {
    GValue item = G_VALUE_INIT;
    g_value_init(&item, GST_TYPE_STRUCTURE);
    g_value_take_boxed(&item, object.release());
    gst_value_array_append_and_take_value(&list, &item);
  }
  gst_structure_take_value(message, "objects", &list);
  gst_element_post_message(GST_ELEMENT(element), gst_message_new_element(GST_OBJECT(element), message));
}

}  // namespace cvgst
