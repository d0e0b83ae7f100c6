// SPDX-License-Identifier: LGPL-2.1-or-later
// A thread that does one task after the other: for what may take long, so that the main thread need not wait for it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

class Worker {
 public:
  using Task = std::function<void()>;

  Worker() : thread_([this] { work(); }) {}
  ~Worker() { finish(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void add(Task task);
  // Drops the tasks that have not begun and waits for the one under way, which may never end. Not on the main thread.
  void finish();

 private:
  void work();

  std::mutex mutex_;  // guards what follows, but for the thread; no task runs under it
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool finishing_ = false;
  std::thread thread_;  // the last member: it uses the others
};
