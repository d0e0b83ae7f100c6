// SPDX-License-Identifier: LGPL-2.1-or-later
// Detections as metadata of a buffer: GstVideoRegionOfInterestMeta with a params structure named "detection".
#pragma once

#include <gst/gst.h>

#include "core/detection.h"

namespace cvgst {

// Once, before any other function of this file.
void register_inference_meta();

// The region's box is the detection's, rounded and clipped to a picture of width x height.
void add_region(GstBuffer* buffer, const core::Detection& detection, int width, int height);

// "CvInferenceMeta": says that a model saw this buffer, found something or not.
void add_inference(GstBuffer* buffer, const char* model, GstClockTime duration);

}  // namespace cvgst
