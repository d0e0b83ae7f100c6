// SPDX-License-Identifier: LGPL-2.1-or-later
#include "video_pool.h"

#include <gst/video/gstvideopool.h>

#include <algorithm>
#include <memory>

namespace {

struct PoolUnref {
  void operator()(GstBufferPool* pool) const { gst_object_unref(pool); }
};
using PoolPtr = std::unique_ptr<GstBufferPool, PoolUnref>;

}  // namespace

struct CvGrowingPool {
  GstVideoBufferPool parent;
  gint rows;         // of the frames that are handed out
  guint added_rows;  // for which there is room
};
struct CvGrowingPoolClass {
  GstVideoBufferPoolClass parent_class;
};

G_DEFINE_TYPE(CvGrowingPool, cv_growing_pool, GST_TYPE_VIDEO_BUFFER_POOL)

static CvGrowingPool* growing_pool_cast(GstBufferPool* pool) {
  return reinterpret_cast<CvGrowingPool*>(pool);
}

static gboolean cv_growing_pool_set_config(GstBufferPool* pool, GstStructure* config) {
  // Only with a video meta. An element that does not read it would look for the planes in the wrong place.
  if (gst_buffer_pool_config_has_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META)) {
    GstVideoAlignment layout;
    gst_video_alignment_reset(&layout);
    // Whoever fills the frames may need more. Rows that are aligned otherwise than in the standard layout can't grow.
    if (gst_buffer_pool_config_has_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT))
      gst_buffer_pool_config_get_video_alignment(config, &layout);
    layout.padding_bottom = std::max(layout.padding_bottom, growing_pool_cast(pool)->added_rows);
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
    gst_buffer_pool_config_set_video_alignment(config, &layout);
  }
  return GST_BUFFER_POOL_CLASS(cv_growing_pool_parent_class)->set_config(pool, config);
}

// The frame that comes back may have been grown.
static void cv_growing_pool_reset_buffer(GstBufferPool* pool, GstBuffer* buffer) {
  if (GstVideoMeta* meta = gst_buffer_get_video_meta(buffer))
    meta->height = static_cast<guint>(growing_pool_cast(pool)->rows);
  GST_BUFFER_POOL_CLASS(cv_growing_pool_parent_class)->reset_buffer(pool, buffer);
}

static void cv_growing_pool_init(CvGrowingPool*) {}

static void cv_growing_pool_class_init(CvGrowingPoolClass* klass) {
  GST_BUFFER_POOL_CLASS(klass)->set_config = cv_growing_pool_set_config;
  GST_BUFFER_POOL_CLASS(klass)->reset_buffer = cv_growing_pool_reset_buffer;
}

namespace cvgst {

void decide_video_pool(GstQuery* query, const GstVideoInfo& info, GstAllocator* allocator) {
  GstCaps* caps = nullptr;
  gst_query_parse_allocation(query, &caps, nullptr);
  GstBufferPool* offered = nullptr;
  guint size = 0;
  guint min = 0;
  guint max = 0;
  const bool has_pool = gst_query_get_n_allocation_pools(query) > 0;
  if (has_pool) gst_query_parse_nth_allocation_pool(query, 0, &offered, &size, &min, &max);
  const PoolPtr pool(offered != nullptr ? offered : gst_video_buffer_pool_new());
  size = std::max(size, static_cast<guint>(info.size));

  GstStructure* config = gst_buffer_pool_get_config(pool.get());
  gst_buffer_pool_config_set_params(config, caps, size, min, max);
  if (gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr))
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (gst_query_get_n_allocation_params(query) == 0) {
    // The next element does not ask for memory of its own kind.
    GstAllocationParams params;
    gst_allocation_params_init(&params);
    gst_query_add_allocation_param(query, allocator, &params);
    gst_buffer_pool_config_set_allocator(config, allocator, &params);
  }
  gst_buffer_pool_set_config(pool.get(), config);
  if (has_pool)
    gst_query_set_nth_allocation_pool(query, 0, pool.get(), size, min, max);
  else
    gst_query_add_allocation_pool(query, pool.get(), size, min, max);
}

GstBufferPool* growing_pool_new(const GstVideoInfo& info, const GstVideoInfo& grown) {
  auto* pool = static_cast<GstBufferPool*>(g_object_new(cv_growing_pool_get_type(), nullptr));
  gst_object_ref_sink(pool);
  growing_pool_cast(pool)->rows = info.height;
  growing_pool_cast(pool)->added_rows = static_cast<guint>(grown.height - info.height);
  return pool;
}

bool can_grow(GstBuffer* buffer, const GstVideoInfo& grown) {
  const GstVideoMeta* meta = gst_buffer_get_video_meta(buffer);
  if (meta == nullptr || !gst_buffer_is_writable(buffer) || gst_buffer_n_memory(buffer) != 1 ||
      !gst_buffer_is_all_memory_writable(buffer) || gst_buffer_get_size(buffer) < grown.size)
    return false;
  // If every plane is where it is in the grown frame, the room is where the new rows go.
  for (guint i = 0; i < meta->n_planes; ++i) {
    if (meta->offset[i] != grown.offset[i] || meta->stride[i] != grown.stride[i]) return false;
  }
  return meta->n_planes == GST_VIDEO_INFO_N_PLANES(&grown);
}

void grow(GstBuffer* buffer, const GstVideoInfo& grown) {
  GstVideoMeta* meta = gst_buffer_get_video_meta(buffer);
  meta->height = static_cast<guint>(grown.height);
  gst_video_alignment_reset(&meta->alignment);
}

}  // namespace cvgst
