// SPDX-License-Identifier: LGPL-2.1-or-later
// When a camera takes its frames: turns frame numbers into running times and back, without drift.
#pragma once

#include <gst/gst.h>

namespace cvgst {

class FrameClock {
 public:
  bool started() const { return GST_CLOCK_TIME_IS_VALID(time_); }

  void stop() { time_ = GST_CLOCK_TIME_NONE; }
  // `frame` is taken at `time`; the others follow from the rate.
  void start(guint64 frame, GstClockTime time) {
    frame_ = frame;
    time_ = time;
  }
  // Frames from `next_frame` on come at the new rate.
  void set_rate(int numerator, int denominator, guint64 next_frame) {
    if (started()) start(next_frame, time_of(next_frame));
    per_second_ = static_cast<guint64>(numerator);
    ticks_ = GST_SECOND * static_cast<guint64>(denominator);
  }

  GstClockTime period() const { return ticks_ / per_second_; }
  GstClockTime time_of(guint64 frame) const {
    return time_ + gst_util_uint64_scale(frame - frame_, ticks_, per_second_);
  }
  // The last frame at or before a running time.
  guint64 frame_at(GstClockTime time) const {
    if (time < time_) return frame_;
    guint64 frame = frame_ + gst_util_uint64_scale(time - time_, per_second_, ticks_);
    if (time_of(frame + 1) <= time) ++frame;  // times are rounded down
    return frame;
  }
  // The frame to take now: `next`, unless the frame after it is due already. Then it is the first frame that is still
  // to come.
  guint64 next_frame(guint64 next, GstClockTime now) const {
    const guint64 current = frame_at(now);
    return current > next ? current + 1 : next;
  }

 private:
  guint64 per_second_ = 1;
  guint64 ticks_ = GST_SECOND;
  guint64 frame_ = 0;
  GstClockTime time_ = GST_CLOCK_TIME_NONE;
};

}  // namespace cvgst
