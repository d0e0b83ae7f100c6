// SPDX-License-Identifier: LGPL-2.1-or-later
// Where one viewer's frames of a stream go. Any thread.
#pragma once

#include <gst/app/gstappsrc.h>

#include "base/gst_ptr.h"

class Outlet {
 public:
  Outlet() = default;
  virtual ~Outlet() = default;
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  // Takes a frame, with its running time as its timestamps. Only queues it: who calls holds locks.
  virtual void push(GstSample* frame) = 0;
  // So much waits already that another frame would come late.
  virtual bool behind() = 0;
};

// Into a viewer's own pipeline.
class AppsrcOutlet : public Outlet {
 public:
  explicit AppsrcOutlet(GstElement* appsrc) : appsrc_(gst_share(GST_APP_SRC(appsrc))) {}

  // The result is not looked at: a failure concerns only this viewer, and its bus or its deadline reports it.
  void push(GstSample* frame) override { gst_app_src_push_sample(appsrc_.get(), frame); }
  bool behind() override { return gst_app_src_get_current_level_time(appsrc_.get()) > kMaxQueued; }

 private:
  static constexpr GstClockTime kMaxQueued = 500 * GST_MSECOND;

  const GstPtr<GstAppSrc> appsrc_;
};
