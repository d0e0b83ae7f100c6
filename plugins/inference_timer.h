// SPDX-License-Identifier: LGPL-2.1-or-later
// A sleep that a flush or a state change ends at once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace cvgst {

class InferenceTimer {
 public:
  using Clock = std::chrono::steady_clock;

  // False when it was interrupted.
  bool wait_until(Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_until(lock, deadline, [this] { return interrupted_; });
  }
  // Ends the wait under way, and each later one until resume().
  void interrupt() {
    {
      const std::lock_guard lock(mutex_);
      interrupted_ = true;
    }
    wake_.notify_all();
  }
  void resume() {
    const std::lock_guard lock(mutex_);
    interrupted_ = false;
  }

 private:
  std::mutex mutex_;  // guards interrupted_; nothing is called under it
  std::condition_variable wake_;
  bool interrupted_ = false;
};

}  // namespace cvgst
