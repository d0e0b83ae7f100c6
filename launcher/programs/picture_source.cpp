// SPDX-License-Identifier: LGPL-2.1-or-later
#include "picture_source.h"

#include <gst/video/video.h>

namespace {

using Reader = std::shared_ptr<windows::PictureReader>;

GstMemory* memory_of(GstSample* sample) {
  return gst_buffer_peek_memory(gst_sample_get_buffer(sample), 0);
}

GstCaps* caps_of(const char* format, unsigned width, unsigned height) {
  return gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, format, "width", G_TYPE_INT,
                             static_cast<int>(width), "height", G_TYPE_INT, static_cast<int>(height), "framerate",
                             GST_TYPE_FRACTION, 0, 1, "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, nullptr);
}

// The pixels stay where they are, and so does the mapping while anybody has them.
SamplePtr sample_of(const windows::Picture& picture, const Reader& reader) {
  const gsize size = static_cast<gsize>(picture.stride) * picture.height;
  GstMemory* memory =
      gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY, const_cast<std::uint8_t*>(picture.pixels), size, 0, size,
                             new Reader(reader), [](gpointer data) { delete static_cast<Reader*>(data); });
  g_autoptr(GstBuffer) buffer = gst_buffer_new();
  gst_buffer_append_memory(buffer, memory);
  g_autoptr(GstCaps) caps = caps_of(picture.channels == 1 ? "GRAY8" : "BGR", picture.width, picture.height);
  return SamplePtr(gst_sample_new(buffer, caps, nullptr, nullptr));
}

}  // namespace

SamplePtr no_picture() {
  constexpr unsigned kWidth = 320;
  constexpr unsigned kHeight = 180;
  g_autoptr(GstBuffer) buffer = gst_buffer_new_allocate(nullptr, kWidth * kHeight, nullptr);
  gst_buffer_memset(buffer, 0, 0, kWidth * kHeight);
  g_autoptr(GstCaps) caps = caps_of("GRAY8", kWidth, kHeight);
  return SamplePtr(gst_sample_new(buffer, caps, nullptr, nullptr));
}

PictureSource::Taken PictureSource::take() {
  if (!reader_) return Taken::kNone;
  // a picture that a pipeline reads is not given back to the program
  if (of_sample_ == reader_ && GST_MINI_OBJECT_REFCOUNT_VALUE(memory_of(sample_.get())) > 1) return Taken::kLater;
  const auto picture = reader_->take();
  if (!picture) return Taken::kNone;
  sample_ = sample_of(*picture, reader_);
  of_sample_ = reader_;
  picture_ = *picture;
  objects_ = picture->objects;
  return Taken::kNew;
}
