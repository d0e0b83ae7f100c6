// SPDX-License-Identifier: LGPL-2.1-or-later
// Detections as metadata of a buffer: GstVideoRegionOfInterestMeta with a params structure named "detection".
#pragma once

#include <gst/gst.h>

#include <string>

#include "core/detection.h"
#include "structure_ptr.h"

namespace cvgst {

// To be called once, before any other function of this file.
void register_inference_meta();

// The region's box is the detection's, rounded and clipped to a picture of width x height.
void add_region(GstBuffer* buffer, const core::Detection& detection, int width, int height);

// The same for an object of a model: a structure "detection" with the doubles x, y, w, h. GLib keeps each `type` for
// ever.
void add_region(GstBuffer* buffer, const std::string& type, StructurePtr object, int width, int height);

// Attaches a "CvInferenceMeta": a model saw this buffer, whether it found something or not.
void add_inference(GstBuffer* buffer, const char* model, GstClockTime duration);
// The same meta for a frame that passed while the model was not running. This is no inference.
void add_skipped(GstBuffer* buffer, const char* model);

}  // namespace cvgst
