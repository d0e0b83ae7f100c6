// SPDX-License-Identifier: LGPL-2.1-or-later
// Threads that wait for a lock, and when they do.
#pragma once

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

namespace windows {

class LockWaiter {
 public:
  template <typename Function>
  explicit LockWaiter(Function function)
      : thread_([this, function] {
          id_ = gettid();
          function();
        }) {}
  ~LockWaiter() { thread_.join(); }
  LockWaiter(const LockWaiter&) = delete;
  LockWaiter& operator=(const LockWaiter&) = delete;

  // The function must come to wait for a lock.
  void await_lock() const {
    while (system_call() != SYS_futex) std::this_thread::yield();
  }
  pthread_t handle() { return thread_.native_handle(); }

 private:
  // −1: it runs.
  long system_call() const {
    const pid_t id = id_;
    if (id == 0) return -1;
    std::ifstream file("/proc/self/task/" + std::to_string(id) + "/syscall");
    EXPECT_TRUE(file) << "the kernel does not tell";
    long number = -1;
    return file >> number ? number : -1;
  }

  std::atomic<pid_t> id_ = 0;
  std::thread thread_;
};

}  // namespace windows
