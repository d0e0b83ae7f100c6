// SPDX-License-Identifier: LGPL-2.1-or-later
// Base of elements that look for something in each frame. A detector is one function and one registration:
//
//   static std::vector<core::Detection> detect(const core::Pixels& pixels, const cvgst::Parameters& parameters);
//
//   cvgst::register_detector(
//       plugin, {.name = "mydetector", .title = "My detector", .description = "Finds …", .detect = detect});
//
// What the function throws is an error of the element, and ends the pipeline. The base never writes to the frame or
// copies it. It attaches each detection as a GstVideoRegionOfInterestMeta, and a "CvInferenceMeta" to every frame that
// was looked at. It also posts a message for each frame, tells the pipeline how long inferences take (its latency), and
// has the properties for all this.
#pragma once

#include <gst/gst.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/detection.h"

namespace cvgst {

// A number that users can set: a property of the element.
struct ParameterSpec {
  const char* name = "";
  const char* description = "";  // with its unit
  double minimum = 0;
  double maximum = 0;
  double default_value = 0;
  bool whole = false;  // an integer
};

// The parameters' values for one frame.
class Parameters {
 public:
  Parameters(const std::vector<ParameterSpec>& specs, const std::vector<double>& values)
      : specs_(specs), values_(values) {}
  // Throws std::invalid_argument if none of the detector's parameters has this name.
  double operator[](std::string_view name) const;

 private:
  const std::vector<ParameterSpec>& specs_;
  const std::vector<double>& values_;
};

using DetectFunction = std::function<std::vector<core::Detection>(const core::Pixels&, const Parameters&)>;

enum class Input { kGrey, kBgr };

struct DetectorSpec {
  const char* name = "";         // of the element, of its messages, and the default of `model-name`
  const char* title = "";        // in a few words
  const char* description = "";  // one line
  const char* author = "unknown";
  DetectFunction detect;
  Input input = Input::kGrey;
  std::vector<ParameterSpec> parameters{};  // NOLINT(readability-redundant-member-init): who has none may leave it out
};

bool register_detector(GstPlugin* plugin, DetectorSpec spec);

}  // namespace cvgst
