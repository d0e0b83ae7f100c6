// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners for GLib and GStreamer resources that are members or travel between functions (locals use g_autoptr).
#pragma once

#include <gst/gst.h>
#include <json-glib/json-glib.h>

#include <memory>
#include <string>
#include <utility>

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* p) const {
    Free(p);
  }
};

// GStreamer's own are inline functions, which a class with external linkage can't name.
struct MiniObjectDeleter {
  template <typename T>
  void operator()(T* p) const {
    gst_mini_object_unref(GST_MINI_OBJECT_CAST(p));
  }
};

template <typename T>
using GstPtr = std::unique_ptr<T, Deleter<gst_object_unref>>;
template <typename T>
using GObjectPtr = std::unique_ptr<T, Deleter<g_object_unref>>;
using BufferPtr = std::unique_ptr<GstBuffer, MiniObjectDeleter>;
using SamplePtr = std::unique_ptr<GstSample, MiniObjectDeleter>;
using PromisePtr = std::shared_ptr<GstPromise>;
using JsonNodePtr = std::unique_ptr<JsonNode, Deleter<json_node_unref>>;

// A new reference to an object somebody else owns too.
template <typename T>
GstPtr<T> gst_share(T* object) {
  return GstPtr<T>(static_cast<T*>(gst_object_ref(object)));
}

// A new object that nobody owns yet (a floating reference).
template <typename T>
GstPtr<T> gst_adopt(T* floating) {
  return GstPtr<T>(floating ? static_cast<T*>(gst_object_ref_sink(floating)) : nullptr);
}

// The string of a g_malloc'ed char*, which is freed; NULL becomes "".
inline std::string take_string(char* text) {
  g_autofree char* owned = text;
  return owned ? owned : "";
}
