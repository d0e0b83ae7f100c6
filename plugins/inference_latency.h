// SPDX-License-Identifier: LGPL-2.1-or-later
// What an element's inferences add to the pipeline's latency. It is measured: nobody can know it before.
#pragma once

#include <gst/base/gstbasetransform.h>

#include <array>
#include <atomic>

namespace cvgst {

class InferenceLatency {
 public:
  // An inference has taken so long. True if value() is another one now: the pipeline must be told.
  bool add(GstClockTime duration);
  // From any thread. Three of four inferences are not slower.
  GstClockTime value() const { return value_; }

 private:
  std::array<GstClockTime, 16> last_{};  // inferences, in a ring
  std::size_t count_ = 0;
  std::atomic<GstClockTime> value_{0};
};

// Adds `own` to what upstream has answered to a LATENCY query.
void add_latency(GstQuery* query, GstClockTime own);

// Tells the pipeline that the element's latency has changed.
void post_latency(gpointer element);

}  // namespace cvgst
