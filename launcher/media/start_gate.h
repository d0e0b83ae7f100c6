// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds back the first frame of a run at some pads, until it is known from when on the run's time counts.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "base/gst_ptr.h"

// Main thread.
class StartGate {
 public:
  StartGate() = default;
  ~StartGate() { open(); }
  StartGate(const StartGate&) = delete;
  StartGate& operator=(const StartGate&) = delete;

  // Before the pads' elements run. `reached` is called on streaming threads: for each frame that has to wait.
  void close(const std::vector<GstPtr<GstPad>>& pads, std::function<void()> reached);
  void open();
  bool reached() const { return context_ && context_->waits; }

 private:
  struct Context {
    std::function<void()> reached;
    std::atomic<bool> waits = false;
  };
  std::shared_ptr<Context> context_;
  std::vector<std::pair<GstPtr<GstPad>, gulong>> probes_;
};
