// SPDX-License-Identifier: LGPL-2.1-or-later
// The running time that all runs of the source, all viewers and all frame ids have.
#pragma once

#include "base/gst_ptr.h"

// Never changes; any thread.
struct Timebase {
  // `zero`: the clock's time when running time is 0.
  Timebase(GstPtr<GstClock> of, GstClockTime zero) : clock(std::move(of)), base(zero) {}

  const GstPtr<GstClock> clock;
  const GstClockTime base;

  GstClockTime now() const { return gst_clock_get_time(clock.get()) - base; }
};

// One run of the source. Its own running time begins at 0, because some elements (compositor, audiomixer) make frames
// for all the time since 0.
struct RunTime {
  GstClockTime begin = 0;  // of the run, in the running time that all share

  // When the buffer is due, in the running time that all share; GST_CLOCK_TIME_NONE if that is not known.
  GstClockTime of(const GstSegment* segment, GstBuffer* buffer) const {
    const guint64 own = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    return GST_CLOCK_TIME_IS_VALID(own) ? own + begin : GST_CLOCK_TIME_NONE;
  }
  // A time that all share, in the run's own running time; 0 if it is before the run.
  GstClockTime own(GstClockTime shared) const { return shared > begin ? shared - begin : 0; }
};
