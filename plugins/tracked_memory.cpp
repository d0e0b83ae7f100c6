// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tracked_memory.h"

#include <algorithm>
#include <atomic>

namespace {

constexpr char kMemoryType[] = "CvTrackedMemory";
constexpr gsize kAlignment = 64;

struct TrackedMemory {
  GstMemory base;
  gpointer data;
  std::atomic<bool> touched;
};

// A shared part has no data of its own: it uses, and touches, its parent's.
TrackedMemory* whole(GstMemory* memory) {
  return reinterpret_cast<TrackedMemory*>(memory->parent != nullptr ? memory->parent : memory);
}

TrackedMemory* make(GstAllocator* allocator, GstMemory* parent, gpointer data, GstMemoryFlags flags, gsize maxsize,
                    gsize align, gsize offset, gsize size) {
  auto* memory = new TrackedMemory{{}, data, true};
  gst_memory_init(&memory->base, flags, allocator, parent, maxsize, align, offset, size);
  return memory;
}

gpointer map(GstMemory* memory, GstMapInfo* info, gsize) {
  TrackedMemory* tracked = whole(memory);
  if ((info->flags & GST_MAP_WRITE) != 0) tracked->touched = true;
  return tracked->data;
}

void unmap(GstMemory*, GstMapInfo*) {}

GstMemory* share(GstMemory* memory, gssize offset, gssize size) {
  GstMemory* parent = &whole(memory)->base;
  if (size == -1) size = static_cast<gssize>(memory->size) - offset;
  const auto flags = static_cast<GstMemoryFlags>(GST_MINI_OBJECT_FLAGS(parent) | GST_MINI_OBJECT_FLAG_LOCK_READONLY);
  return &make(memory->allocator, parent, nullptr, flags, memory->maxsize, memory->align,
               memory->offset + static_cast<gsize>(offset), static_cast<gsize>(size))
              ->base;
}

GstMemory* allocate(GstAllocator* allocator, gsize size, GstAllocationParams* params) {
  const gsize align = std::max<gsize>(params->align, kAlignment - 1);
  const gsize maxsize = params->prefix + size + params->padding;
  gpointer data = g_aligned_alloc(1, maxsize, align + 1);
  return &make(allocator, nullptr, data, params->flags, maxsize, align, params->prefix, size)->base;
}

void free_memory(GstAllocator*, GstMemory* memory) {
  auto* tracked = reinterpret_cast<TrackedMemory*>(memory);
  if (memory->parent == nullptr) g_aligned_free(tracked->data);
  delete tracked;
}

}  // namespace

struct CvTrackedAllocator {
  GstAllocator parent;
};
struct CvTrackedAllocatorClass {
  GstAllocatorClass parent_class;
};

G_DEFINE_TYPE(CvTrackedAllocator, cv_tracked_allocator, GST_TYPE_ALLOCATOR)

static void cv_tracked_allocator_init(CvTrackedAllocator* self) {
  GstAllocator* allocator = GST_ALLOCATOR(self);
  allocator->mem_type = kMemoryType;
  allocator->mem_map_full = map;
  allocator->mem_unmap_full = unmap;
  allocator->mem_share = share;
}

static void cv_tracked_allocator_class_init(CvTrackedAllocatorClass* klass) {
  GST_ALLOCATOR_CLASS(klass)->alloc = allocate;
  GST_ALLOCATOR_CLASS(klass)->free = free_memory;
}

namespace cvgst {

AllocatorPtr tracked_allocator_new() {
  auto* allocator = static_cast<GstAllocator*>(g_object_new(cv_tracked_allocator_get_type(), nullptr));
  gst_object_ref_sink(allocator);
  return AllocatorPtr(allocator);
}

bool is_untouched(GstMemory* memory) {
  return gst_memory_is_type(memory, kMemoryType) != FALSE && !whole(memory)->touched;
}

void mark_untouched(GstMemory* memory) {
  if (gst_memory_is_type(memory, kMemoryType)) whole(memory)->touched = false;
}

}  // namespace cvgst
