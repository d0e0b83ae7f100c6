// SPDX-License-Identifier: LGPL-2.1-or-later
#include "regions.h"

#include <gst/video/gstvideometa.h>

#include <algorithm>
#include <cmath>

namespace cvgst {
namespace {

constexpr char kInferenceMeta[] = "CvInferenceMeta";

struct Span {
  guint start;
  guint length;
};

// Rounds the length by itself, so that equal lengths stay equal. Then clips.
Span clip(double start, double length, int size) {
  const double first = std::round(start);
  const double low = std::clamp<double>(first, 0, size);
  const double high = std::clamp<double>(first + std::round(length), 0, size);
  return {static_cast<guint>(low), static_cast<guint>(high - low)};
}

}  // namespace

void register_inference_meta() {
  const gchar* tags[] = {nullptr};
  if (gst_meta_get_info(kInferenceMeta) == nullptr)
    gst_meta_register_custom(kInferenceMeta, tags, nullptr, nullptr, nullptr);
}

// Takes `params`.
static void add_region(GstBuffer* buffer, const char* type, Span across, Span down, GstStructure* params) {
  auto* meta =
      gst_buffer_add_video_region_of_interest_meta(buffer, type, across.start, down.start, across.length, down.length);
  gst_video_region_of_interest_meta_add_param(meta, params);
}

void add_region(GstBuffer* buffer, const core::Detection& detection, int width, int height) {
  GstStructure* params = gst_structure_new("detection", "confidence", G_TYPE_DOUBLE, detection.confidence, nullptr);
  for (const auto& [name, value] : detection.fields)
    gst_structure_set(params, name.c_str(), G_TYPE_DOUBLE, value, nullptr);
  add_region(buffer, detection.type.c_str(), clip(detection.x, detection.width, width),
             clip(detection.y, detection.height, height), params);
}

void add_region(GstBuffer* buffer, const std::string& type, StructurePtr object, int width, int height) {
  double x = 0;
  double y = 0;
  double w = 0;
  double h = 0;
  gst_structure_get(object.get(), "x", G_TYPE_DOUBLE, &x, "y", G_TYPE_DOUBLE, &y, "w", G_TYPE_DOUBLE, &w, "h",
                    G_TYPE_DOUBLE, &h, nullptr);
  add_region(buffer, type.c_str(), clip(x, w, width), clip(y, h, height), object.release());
}

void add_inference(GstBuffer* buffer, const char* model, GstClockTime duration) {
  GstCustomMeta* meta = gst_buffer_add_custom_meta(buffer, kInferenceMeta);
  gst_structure_set(gst_custom_meta_get_structure(meta), "model", G_TYPE_STRING, model, "duration", G_TYPE_UINT64,
                    duration, nullptr);
}

void add_skipped(GstBuffer* buffer, const char* model) {
  GstCustomMeta* meta = gst_buffer_add_custom_meta(buffer, kInferenceMeta);
  gst_structure_set(gst_custom_meta_get_structure(meta), "model", G_TYPE_STRING, model, "skipped", G_TYPE_BOOLEAN, TRUE,
                    nullptr);
}

}  // namespace cvgst
