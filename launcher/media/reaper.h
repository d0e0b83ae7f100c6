// SPDX-License-Identifier: LGPL-2.1-or-later
// Ends pipelines away from the main thread: webrtcbin may take its time going to NULL, and before 1.26 never get
// there.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/gst_ptr.h"

class Reaper {
 public:
  // Sets the pipeline to NULL and drops it, on a thread of its own, so that one that hangs delays no other. `pending`
  // is waited for first: the last thing asked of a webrtcbin, which leaks its sockets when that is done after NULL
  // (1.22 to 1.28). `held` is dropped in between: objects that the pipeline's threads use to their end without a
  // reference of their own.
  void end(GstPtr<GstElement> pipeline, PromisePtr pending = {}, std::vector<GObjectPtr<GObject>> held = {});
  // False if some pipeline has not ended after `limit`.
  bool wait(std::chrono::milliseconds limit);
  unsigned waiting() const;

 private:
  struct Shared {  // with the threads, which may outlive us when a pipeline hangs
    std::mutex mutex;
    std::condition_variable changed;
    unsigned count = 0;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};
