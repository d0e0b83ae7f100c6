// SPDX-License-Identifier: LGPL-2.1-or-later
// Memory that knows whether anybody has mapped it for writing. So a source knows whether what it drew there before is
// still there.
#pragma once

#include <gst/gst.h>

#include <memory>

namespace cvgst {

struct ObjectUnref {
  void operator()(gpointer object) const { gst_object_unref(object); }
};
using AllocatorPtr = std::unique_ptr<GstAllocator, ObjectUnref>;

AllocatorPtr tracked_allocator_new();

// True if nobody has mapped it for writing since mark_untouched(). False for memory of other allocators.
bool is_untouched(GstMemory* memory);
void mark_untouched(GstMemory* memory);

// A note about the content of this memory. It is a new T when somebody may have written to the memory since
// mark_untouched().
template <typename T>
T& note_of(GstMemory* memory) {
  static const GQuark quark = g_quark_from_static_string(G_STRFUNC);
  auto* note = static_cast<T*>(gst_mini_object_get_qdata(GST_MINI_OBJECT(memory), quark));
  if (note == nullptr) {
    note = new T;
    gst_mini_object_set_qdata(GST_MINI_OBJECT(memory), quark, note,
                              [](gpointer data) { delete static_cast<T*>(data); });
  }
  if (!is_untouched(memory)) *note = T();
  return *note;
}

}  // namespace cvgst
