// SPDX-License-Identifier: LGPL-2.1-or-later
// A sleep on a GStreamer clock that another thread can end.
#pragma once

#include <gst/gst.h>

#include <mutex>

namespace cvgst {

class ClockWait {
 public:
  // False when it was interrupted.
  bool until(GstClock* clock, GstClockTime time) {
    GstClockID id = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (interrupted_) return false;
      id = id_ = gst_clock_new_single_shot_id(clock, time);
    }
    const bool waited = gst_clock_id_wait(id, nullptr) != GST_CLOCK_UNSCHEDULED;
    {
      const std::lock_guard lock(mutex_);
      id_ = nullptr;
    }
    gst_clock_id_unref(id);
    return waited;
  }
  // Ends the wait under way, and each later one until resume().
  void interrupt() {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    if (id_ != nullptr) gst_clock_id_unschedule(id_);
  }
  void resume() {
    const std::lock_guard lock(mutex_);
    interrupted_ = false;
  }

 private:
  std::mutex mutex_;  // guards what follows; only short calls to the clock are made under it
  GstClockID id_ = nullptr;
  bool interrupted_ = false;
};

}  // namespace cvgst
