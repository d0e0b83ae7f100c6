// SPDX-License-Identifier: LGPL-2.1-or-later
// The element message that tells of one inference: for `gst-launch-1.0 -m` and for applications.
#pragma once

#include <gst/video/gstvideofilter.h>

#include <string>
#include <vector>

#include "structure_ptr.h"

namespace cvgst {

// The fields are those in circledetect's documentation. Takes `objects`.
void post_inference(GstVideoFilter* element, const char* name, GstBuffer* buffer, const std::string& model,
                    GstClockTime duration, std::vector<StructurePtr> objects);

}  // namespace cvgst
