// SPDX-License-Identifier: LGPL-2.1-or-later
// What a model answered, as metadata of the frame that it was asked about.
#pragma once

#include <gst/video/gstvideofilter.h>

#include <set>
#include <string>

#include "model_protocol.h"

namespace cvgst {

// Belongs to the streaming thread.
class ModelResults {
 public:
  // `duration`: from the question to the answer. Also posts a message "modelproc" if that is wanted, and now and then a
  // warning of what was left out of the answer.
  void attach(GstVideoFilter* element, GstBuffer* buffer, const std::string& model, ModelAnswer answer,
              GstClockTime duration, bool with_message);

 private:
  void complain(GstVideoFilter* element, const std::string& model, const std::string& what);
  std::string region_type(const GstStructure* object);

  std::set<std::string> types_;
  GstClockTime complained_ = GST_CLOCK_TIME_NONE;
};

}  // namespace cvgst
