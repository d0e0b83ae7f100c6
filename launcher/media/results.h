// SPDX-License-Identifier: LGPL-2.1-or-later
// What a detector found, from the metadata of a buffer that reaches a sink "results…".
#pragma once

#include <gst/video/video.h>

#include <optional>

#include "base/protocol.h"

// False for a frame that passed while the model was not running.
bool is_inference(GstBuffer* buffer);

// The state of a model, if an element tells it in this message. Its form is in the documentation of modelproc.
std::optional<protocol::ModelState> read_model_state(GstMessage* message);

// Whether pictures that come to this pad are all of the video's, with the rows of its stamp. They are not if
// `framestamp` (null: there is no stamp) adds these rows on another branch.
bool sees_whole_picture(GstPad* sink, GstElement* framestamp);

// `frame` is the buffer's id. The objects are the GstVideoRegionOfInterestMeta of any detector. Model and inference
// time come from the custom meta CvInferenceMeta. Without one the model is `fallback_model`, and there is no time.
protocol::Result read_result(GstBuffer* buffer, const GstVideoInfo& info, std::uint32_t frame,
                             const std::string& fallback_model);
