// SPDX-License-Identifier: LGPL-2.1-or-later
#include "results.h"

#include <cstring>

#include "pipe/upstream.h"

namespace {

// Whether what comes to this pad comes through `element`.
bool comes_through(GstPad* sink, const GstElement* element) {
  bool found = false;
  look_upstream(sink, [&](const GstElement* each) {
    found |= each == element;
    return !found;
  });
  return found;
}

}  // namespace

bool sees_whole_picture(GstPad* sink, GstElement* framestamp) {
  if (!framestamp || comes_through(sink, framestamp)) return true;
  int position = 0;
  g_object_get(framestamp, "position", &position, nullptr);
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(framestamp), "position");
  return std::strcmp(g_enum_get_value(G_PARAM_SPEC_ENUM(spec)->enum_class, position)->value_nick, "over") == 0;
}

std::optional<protocol::ModelState> read_model_state(GstMessage* message) {
  const GstStructure* details = nullptr;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_INFO)
    gst_message_parse_info_details(message, &details);
  else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning_details(message, &details);
  if (!details || !gst_structure_has_name(details, "model-state")) return std::nullopt;
  const auto text = [details](const char* name) {
    const char* value = gst_structure_get_string(details, name);
    return std::string(value ? value : "");
  };
  return protocol::ModelState{text("model"), text("state"), text("message")};
}
