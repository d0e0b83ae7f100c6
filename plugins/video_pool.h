// SPDX-License-Identifier: LGPL-2.1-or-later
// Pools of video frames, between an element that makes frames and the one that takes them.
#pragma once

#include <gst/video/video.h>

namespace cvgst {

// Answers decide_allocation with the pool that the next element offers, or with a new one. Memory comes from
// `allocator` unless the next element asks for a kind of its own.
void decide_video_pool(GstQuery* query, const GstVideoInfo& info, GstAllocator* allocator);

// A pool of frames of the format `info`. Below each there is room for rows that make it a frame `grown` in place, in
// the standard layout of that format.
GstBufferPool* growing_pool_new(const GstVideoInfo& info, const GstVideoInfo& grown);
// Whether a frame has that room and may be written to.
bool can_grow(GstBuffer* buffer, const GstVideoInfo& grown);
void grow(GstBuffer* buffer, const GstVideoInfo& grown);

}  // namespace cvgst
