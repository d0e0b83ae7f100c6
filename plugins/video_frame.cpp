// SPDX-License-Identifier: LGPL-2.1-or-later
#include "video_frame.h"

#include <algorithm>
#include <cmath>

namespace cvgst {
namespace {

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

core::Pixel level_of(const GstVideoInfo& info, std::uint8_t luma, std::uint8_t rgb) {
  if (GST_VIDEO_INFO_IS_RGB(&info)) return {rgb, rgb, rgb, 255};
  return {luma, 128, 128, 255};
}

}  // namespace

MappedFrame::MappedFrame(const GstVideoInfo& info, GstBuffer* buffer, GstMapFlags flags)
    : mapped_(gst_video_frame_map(&frame_, &info, buffer, flags) != FALSE) {
  // A buffer's video meta may tell of a larger picture than the caps, and GStreamer takes the size from there.
  frame_.info.width = info.width;
  frame_.info.height = info.height;
}

core::Image image_of(const GstVideoFrame& frame) {
  const GstVideoFormatInfo* format = frame.info.finfo;
  core::Image image;
  image.width = GST_VIDEO_FRAME_WIDTH(&frame);
  image.height = GST_VIDEO_FRAME_HEIGHT(&frame);
  image.count = static_cast<int>(GST_VIDEO_FRAME_N_COMPONENTS(&frame));
  image.brightness = GST_VIDEO_INFO_IS_RGB(&frame.info) ? 1 : 0;
  image.x_cosited = (GST_VIDEO_INFO_CHROMA_SITE(&frame.info) & GST_VIDEO_CHROMA_SITE_H_COSITED) != 0;
  image.y_cosited = (GST_VIDEO_INFO_CHROMA_SITE(&frame.info) & GST_VIDEO_CHROMA_SITE_V_COSITED) != 0;
  for (int i = 0; i < image.count; ++i) {
    image.components.at(static_cast<std::size_t>(i)) = {
        static_cast<std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&frame, i)), GST_VIDEO_FRAME_COMP_STRIDE(&frame, i),
        GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, i), static_cast<int>(GST_VIDEO_FORMAT_INFO_W_SUB(format, i)),
        static_cast<int>(GST_VIDEO_FORMAT_INFO_H_SUB(format, i))};
  }
  return image;
}

// gst_video_frame_copy() would leave out the last sample of packed chroma at odd widths.
void copy_picture(const GstVideoFrame& to, const GstVideoFrame& from) {
  for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(&from); ++plane) {
    int bytes = 0;
    int rows = 0;
    for (guint i = 0; i < GST_VIDEO_FRAME_N_COMPONENTS(&from); ++i) {
      const int component = static_cast<int>(i);
      if (static_cast<guint>(GST_VIDEO_FRAME_COMP_PLANE(&from, component)) != plane) continue;
      const int samples = GST_VIDEO_FRAME_COMP_WIDTH(&from, component);
      bytes = std::max(bytes, static_cast<int>(GST_VIDEO_FRAME_COMP_POFFSET(&from, component)) +
                                  (samples - 1) * GST_VIDEO_FRAME_COMP_PSTRIDE(&from, component) + 1);
      rows = GST_VIDEO_FRAME_COMP_HEIGHT(&from, component);
    }
    const auto* in = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&from, plane));
    auto* out = static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&to, plane));
    for (int y = 0; y < rows; ++y) {
      std::copy_n(in + static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_PLANE_STRIDE(&from, plane), bytes,
                  out + static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_PLANE_STRIDE(&to, plane));
    }
  }
}

core::Pixel pixel_of(const GstVideoInfo& info, guint argb) {
  const auto r = static_cast<std::uint8_t>(argb >> 16);
  const auto g = static_cast<std::uint8_t>(argb >> 8);
  const auto b = static_cast<std::uint8_t>(argb);
  if (GST_VIDEO_INFO_IS_RGB(&info)) return {r, g, b, 255};

  double kr = 0.299;
  double kb = 0.114;
  gst_video_color_matrix_get_Kr_Kb(info.colorimetry.matrix, &kr, &kb);
  gint offset[GST_VIDEO_MAX_COMPONENTS];
  gint scale[GST_VIDEO_MAX_COMPONENTS];
  gst_video_color_range_offsets(info.colorimetry.range, info.finfo, offset, scale);
  const double luma = (kr * r + (1 - kr - kb) * g + kb * b) / 255;
  const double u = (b / 255.0 - luma) / (2 * (1 - kb));
  const double v = (r / 255.0 - luma) / (2 * (1 - kr));
  return {to_byte(offset[0] + scale[0] * luma), to_byte(offset[1] + scale[1] * u), to_byte(offset[2] + scale[2] * v),
          255};
}

core::Pixel dark_of(const GstVideoInfo& info) {
  return level_of(info, 16, 0);
}
core::Pixel light_of(const GstVideoInfo& info) {
  return level_of(info, 235, 255);
}

}  // namespace cvgst
