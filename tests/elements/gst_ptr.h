// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners of what the tests get from GStreamer.
#pragma once

#include <gst/check/gstharness.h>

#include <memory>

struct Unref {
  void operator()(GstElement* element) const { gst_object_unref(element); }
  void operator()(GstPad* pad) const { gst_object_unref(pad); }
  void operator()(GstBus* bus) const { gst_object_unref(bus); }
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
  void operator()(GstMessage* message) const { gst_message_unref(message); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstQuery* query) const { gst_query_unref(query); }
  void operator()(GstBufferPool* pool) const {
    gst_buffer_pool_set_active(pool, FALSE);
    gst_object_unref(pool);
  }
  void operator()(GstHarness* harness) const { gst_harness_teardown(harness); }
};

template <typename T>
using Ptr = std::unique_ptr<T, Unref>;
