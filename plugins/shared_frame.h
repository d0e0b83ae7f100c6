// SPDX-License-Identifier: LGPL-2.1-or-later
// What a model in a process of its own sees: a frame, converted straight into the memory that the two share.
#pragma once

#include <gst/video/video.h>

#include <cstdint>
#include <memory>

namespace cvgst {

class SharedFrame {
 public:
  // `in` is the format of the frames to come. False if they can't be converted.
  bool set_format(const GstVideoInfo& in, GstVideoFormat format);
  // The converted frame. Its rows have no padding, as numpy and most libraries expect.
  const GstVideoInfo& info() const { return info_; }
  // `memory` has info().size bytes. Throws std::runtime_error if the frame can't be read.
  void write(std::uint8_t* memory, GstBuffer* frame) const;

 private:
  GstVideoInfo in_{};
  GstVideoInfo info_{};
  std::unique_ptr<GstVideoConverter, decltype(&gst_video_converter_free)> converter_{nullptr, gst_video_converter_free};
};

}  // namespace cvgst
