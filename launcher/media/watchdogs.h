// SPDX-License-Identifier: LGPL-2.1-or-later
// The element watchdog counts from its start, but a camera may take seconds to begin. So each watchdog of a pipeline
// gets a longer timeout at first, and its own one back when the first frame has come.
#pragma once

#include <utility>
#include <vector>

#include "base/gst_ptr.h"

class Watchdogs {
 public:
  void hold(GstElement* pipeline);
  void release();
  void forget() { held_.clear(); }
  bool held() const { return !held_.empty(); }

 private:
  std::vector<std::pair<GstPtr<GstElement>, int>> held_;  // with their own timeouts
};
