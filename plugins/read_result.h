// SPDX-License-Identifier: LGPL-2.1-or-later
// What a detector found, from the metadata of a buffer.
#pragma once

#include <gst/video/video.h>

#include <string>

#include "core/results.h"

namespace cvgst {

// False for a frame that passed while the model was not running.
bool is_inference(GstBuffer* buffer);

// `frame` is the buffer's id. The objects are the GstVideoRegionOfInterestMeta of any detector. Model and inference
// time come from the custom meta CvInferenceMeta. Without one the model is `fallback_model`, and there is no time.
core::Result read_result(GstBuffer* buffer, const GstVideoInfo& info, std::uint32_t frame,
                         const std::string& fallback_model);

// An object as a detector attaches it: a structure "detection". `type`: its label, where it has none itself.
core::Object read_object(const char* type, const GstStructure* detection);

}  // namespace cvgst
