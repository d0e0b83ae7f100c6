// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shared_frame.h"

#include <stdexcept>

#include "video_frame.h"

namespace cvgst {

bool SharedFrame::set_format(const GstVideoInfo& in, GstVideoFormat format) {
  in_ = in;
  gst_video_info_set_format(&info_, format, static_cast<guint>(in.width), static_cast<guint>(in.height));
  info_.interlace_mode = in.interlace_mode;
  info_.fps_n = in.fps_n;
  info_.fps_d = in.fps_d;
  info_.stride[0] = in.width * GST_VIDEO_INFO_COMP_PSTRIDE(&info_, 0);
  info_.size = static_cast<gsize>(info_.stride[0]) * static_cast<gsize>(in.height);
  converter_.reset(gst_video_converter_new(&in_, &info_, nullptr));
  return converter_ != nullptr;
}

void SharedFrame::write(std::uint8_t* memory, GstBuffer* frame) const {
  g_autoptr(GstBuffer) shared =
      gst_buffer_new_wrapped_full(static_cast<GstMemoryFlags>(0), memory, info_.size, 0, info_.size, nullptr, nullptr);
  MappedFrame from(in_, frame, GST_MAP_READ);
  MappedFrame to(info_, shared, GST_MAP_WRITE);
  if (!from || !to) throw std::runtime_error("it can't be read");
  gst_video_converter_frame(converter_.get(), &from.frame(), &to.frame());
}

}  // namespace cvgst
