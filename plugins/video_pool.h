// SPDX-License-Identifier: LGPL-2.1-or-later
// Pools of video frames, between an element that makes frames and the one that takes them.
#pragma once

#include <gst/video/video.h>

namespace cvgst {

// Answers decide_allocation: the pool that the next element offers, or a new one, with this allocator where it may.
void decide_video_pool(GstQuery* query, const GstVideoInfo& info, GstAllocator* allocator);

// Pool of frames `info`, with room to add rows below until they are frames `grown`, in place, in its standard layout.
GstBufferPool* growing_pool_new(const GstVideoInfo& info, const GstVideoInfo& grown);
// Whether a frame has that room and may be written to.
bool can_grow(GstBuffer* buffer, const GstVideoInfo& grown);
void grow(GstBuffer* buffer, const GstVideoInfo& grown);

}  // namespace cvgst
