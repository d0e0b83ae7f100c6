// SPDX-License-Identifier: LGPL-2.1-or-later
// From GStreamer's frames and colours to core's.
#pragma once

#include <gst/video/video.h>

#include "core/image.h"

#define CV_VIDEO_FORMATS "{ I420, NV12, YUY2, GRAY8, BGR, RGB, BGRx, RGBx, BGRA, RGBA }"

namespace cvgst {

// A mapped frame of the caps' size, unmapped when it goes. Check it before use: mapping can fail.
class MappedFrame {
 public:
  MappedFrame(const GstVideoInfo& info, GstBuffer* buffer, GstMapFlags flags);
  ~MappedFrame() {
    if (mapped_) gst_video_frame_unmap(&frame_);
  }
  MappedFrame(const MappedFrame&) = delete;
  MappedFrame& operator=(const MappedFrame&) = delete;

  explicit operator bool() const { return mapped_; }
  const GstVideoFrame& frame() const { return frame_; }
  GstVideoFrame& frame() { return frame_; }

 private:
  GstVideoFrame frame_{};
  bool mapped_;
};

core::Image image_of(const GstVideoFrame& frame);

// Copies a picture into the top left corner of another of the same format, which is at least as large.
void copy_picture(const GstVideoFrame& to, const GstVideoFrame& from);

// A colour (0xAARRGGBB; alpha is ignored) in the components of a format.
core::Pixel pixel_of(const GstVideoInfo& info, guint argb);
// The stamp's dark and light: luma 16 and 235, or black and white in RGB; neutral chroma.
core::Pixel dark_of(const GstVideoInfo& info);
core::Pixel light_of(const GstVideoInfo& info);

}  // namespace cvgst
