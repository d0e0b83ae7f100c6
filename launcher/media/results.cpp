// SPDX-License-Identifier: LGPL-2.1-or-later
#include "results.h"

#include <cstring>
#include <string>
#include <utility>

#include "core/frame_id.h"
#include "pipe/upstream.h"
#include "read_result.h"

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

// Whether pictures that come to this pad are all of the video's, with the rows of its stamp. They are not if
// `framestamp` (null: there is no stamp) adds these rows on another branch.
bool sees_whole_picture(GstPad* sink, GstElement* framestamp) {
  if (!framestamp || comes_through(sink, framestamp)) return true;
  int position = 0;
  g_object_get(framestamp, "position", &position, nullptr);
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(framestamp), "position");
  return std::strcmp(g_enum_get_value(G_PARAM_SPEC_ENUM(spec)->enum_class, position)->value_nick, "over") == 0;
}

// For "results-faces": "faces".
std::string model_of(GstElement* sink) {
  const std::string name = GST_OBJECT_NAME(sink);
  std::string suffix = name.substr(std::string("results").size());
  suffix.erase(0, suffix.find_first_not_of("-_"));
  return suffix.empty() ? name : suffix;
}

struct Watch {
  RunTime run;
  std::shared_ptr<const Timebase> timebase;
  std::string model;
  std::vector<GstPtr<GstElement>> framestamps;
  std::function<void(std::vector<protocol::Result>)> told;

  void read(GstPad* pad, GstBuffer* buffer) const {
    if (!cvgst::is_inference(buffer)) return;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    g_autoptr(GstEvent) event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
    GstVideoInfo video;
    if (!caps || !event || !gst_video_info_from_caps(&video, caps)) return;
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event, &segment);
    const GstClockTime running = run.of(segment, buffer);
    if (!GST_CLOCK_TIME_IS_VALID(running)) return;
    auto result = cvgst::read_result(buffer, video, frame_id(running), model);
    const auto age = static_cast<std::int64_t>(timebase->now() - running);
    result.age = static_cast<double>(age) / GST_MSECOND;
    std::vector<protocol::Result> results;
    for (const auto& framestamp : framestamps) {
      result.whole = sees_whole_picture(pad, framestamp.get());
      results.push_back(result);
    }
    told(std::move(results));
  }
};

}  // namespace

void watch_results(GstElement* sink, RunTime run, std::shared_ptr<const Timebase> timebase,
                   std::vector<GstPtr<GstElement>> framestamps,
                   std::function<void(std::vector<protocol::Result>)> told) {
  g_autoptr(GstPad) pad = gst_element_get_static_pad(sink, "sink");
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad* pad, GstPadProbeInfo* info, gpointer data) {
        static_cast<const Watch*>(data)->read(pad, GST_PAD_PROBE_INFO_BUFFER(info));
        return GST_PAD_PROBE_OK;
      },
      new Watch{run, std::move(timebase), model_of(sink), std::move(framestamps), std::move(told)},
      [](gpointer data) { delete static_cast<Watch*>(data); });
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
