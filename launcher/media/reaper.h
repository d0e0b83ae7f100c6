// SPDX-License-Identifier: LGPL-2.1-or-later
// Ends pipelines away from the main thread. webrtcbin may take long to go to NULL; before 1.26 it may never get there.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "base/gst_ptr.h"
#include "worker.h"

class Reaper {
 public:
  // Sets the pipeline to NULL and drops it. Each pipeline gets a thread of its own, so that one that hangs delays no
  // other. `pending` is what a webrtcbin was asked last. It is waited for first: a webrtcbin that handles a request
  // after NULL leaks its sockets (1.22 to 1.28). `held` are objects that the pipeline's threads use without a reference
  // of their own. They are dropped when these threads have ended.
  void end(GstPtr<GstElement> pipeline, PromisePtr pending = {}, std::vector<GObjectPtr<GObject>> held = {});
  // The same where more than a request has to be waited for: `first` runs on the pipeline's thread.
  void end(GstPtr<GstElement> pipeline, Worker::Task first, std::vector<GObjectPtr<GObject>> held);
  // The same for a pipeline whose states `worker` has changed so far: it is finished first.
  void end(GstPtr<GstElement> pipeline, std::shared_ptr<Worker> worker);
  // False if some pipeline has not ended after `limit`.
  bool wait(std::chrono::milliseconds limit);
  unsigned waiting() const;

 private:
  struct Shared {  // with the threads, which live longer than we do when a pipeline hangs
    std::mutex mutex;
    std::condition_variable changed;
    unsigned count = 0;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};
