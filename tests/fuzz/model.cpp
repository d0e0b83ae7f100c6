// SPDX-License-Identifier: LGPL-2.1-or-later
// What the program that `modelproc` runs says: its greeting, and its answer about frame 7.
#include <cmath>

#include "model_protocol.h"
#include "must.h"

namespace {

void must_be_points(const GValue* points) {
  for (guint i = 0; i < gst_value_array_get_size(points); ++i) {
    const guint numbers = gst_value_array_get_size(gst_value_array_get_value(points, i));
    must(numbers == 2 || numbers == 3, "a point has 2 or 3 numbers");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
  const std::string line(data, size);
  const bool greeted = cvgst::wrong_with_greeting(line).empty();
  const auto parsed = cvgst::parse_model_answer(line, 7);
  if (const auto* wrong = std::get_if<cvgst::Wrong>(&parsed)) {
    must(!wrong->reason.empty(), "a reason says something");
    return 0;
  }
  must(!greeted, "a message is a greeting or an answer");
  for (const auto& object : std::get<cvgst::ModelAnswer>(parsed).objects) {
    for (const char* name : {"x", "y", "w", "h"}) {
      double value = 0;
      must(gst_structure_get_double(object.get(), name, &value) && std::isfinite(value), "an object has a box");
      must(value >= 0 || *name == 'x' || *name == 'y', "a box has a size");
    }
    must(gst_structure_get_string(object.get(), "label") != nullptr, "an object has a label");
    for (const char* name : {"polygon", "keypoints"}) {
      if (const GValue* points = gst_structure_get_value(object.get(), name)) must_be_points(points);
    }
  }
  return 0;
}
