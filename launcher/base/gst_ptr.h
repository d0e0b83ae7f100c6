// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners for GStreamer's objects that are members or travel between functions (locals use g_autoptr).
#pragma once

#include <gst/gst.h>

#include <memory>

#include "glib_ptr.h"

// GStreamer's functions that unref these objects are inline. A class with external linkage can't name them, so Deleter
// does not work with them.
struct MiniObjectDeleter {
  template <typename T>
  void operator()(T* p) const {
    gst_mini_object_unref(GST_MINI_OBJECT_CAST(p));
  }
};

template <typename T>
using GstPtr = std::unique_ptr<T, Deleter<gst_object_unref>>;
using BufferPtr = std::unique_ptr<GstBuffer, MiniObjectDeleter>;
using SamplePtr = std::unique_ptr<GstSample, MiniObjectDeleter>;
using PromisePtr = std::shared_ptr<GstPromise>;

// A new reference to an object somebody else owns too.
template <typename T>
GstPtr<T> gst_share(T* object) {
  return GstPtr<T>(static_cast<T*>(gst_object_ref(object)));
}

// Takes a new object that nobody owns yet (a floating reference).
template <typename T>
GstPtr<T> gst_adopt(T* floating) {
  return GstPtr<T>(floating ? static_cast<T*>(gst_object_ref_sink(floating)) : nullptr);
}
