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
