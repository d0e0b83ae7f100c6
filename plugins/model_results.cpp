// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model_results.h"

#include <utility>

#include "inference_message.h"
#include "regions.h"

namespace cvgst {

// GLib never forgets the type of a region, and a model may have a new label for every frame. So only this many labels
// become types.
constexpr std::size_t kMaxTypes = 200;
constexpr GstClockTime kComplaintInterval = 10 * GST_SECOND;

void ModelResults::attach(GstVideoFilter* element, GstBuffer* buffer, const std::string& model, ModelAnswer answer,
                          GstClockTime duration, bool with_message) {
  const GstVideoInfo& info = element->in_info;
  if (!answer.left_out.empty()) complain(element, model, answer.left_out);
  for (const auto& object : answer.objects)
    add_region(buffer, region_type(object.get()), StructurePtr(gst_structure_copy(object.get())), info.width,
               info.height);
  add_inference(buffer, model.c_str(), duration);
  if (with_message) post_inference(element, "modelproc", buffer, model, duration, std::move(answer.objects));
}

void ModelResults::complain(GstVideoFilter* element, const std::string& model, const std::string& what) {
  const GstClockTime now = gst_util_get_timestamp();
  if (GST_CLOCK_TIME_IS_VALID(complained_) && now - complained_ < kComplaintInterval) return;
  complained_ = now;
  GST_ELEMENT_WARNING(element, STREAM, FORMAT, ("%s: left out of the results: %s", model.c_str(), what.c_str()),
                      (nullptr));
}

std::string ModelResults::region_type(const GstStructure* object) {
  const std::string label = gst_structure_get_string(object, "label");
  if (types_.size() < kMaxTypes) types_.insert(label);
  return types_.contains(label) ? label : "object";
}

}  // namespace cvgst
