// SPDX-License-Identifier: LGPL-2.1-or-later
// What a detector found, from the metadata of a buffer that reaches a sink "results…".
#pragma once

#include <gst/video/video.h>

#include <optional>

#include "base/protocol.h"

// False for a frame that the model did not see, because it was not running.
bool is_inference(GstBuffer* buffer);

// What an element says in a message of what has become of its model (modelproc's documentation has it).
std::optional<protocol::ModelState> read_model_state(GstMessage* message);

// `frame` is the buffer's id. Any detector's GstVideoRegionOfInterestMeta count; model and inference time come from the
// custom meta CvInferenceMeta where the detector attaches it, otherwise `fallback_model` and no time.
protocol::Result read_result(GstBuffer* buffer, const GstVideoInfo& info, std::uint32_t frame,
                             const std::string& fallback_model);
