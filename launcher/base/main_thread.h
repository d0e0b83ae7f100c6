// SPDX-License-Identifier: LGPL-2.1-or-later
// How other threads reach the main thread. All of our state lives there, and so does libsoup.
#pragma once

#include <glib.h>

#include <functional>
#include <memory>
#include <utility>

using Task = std::function<void()>;

// Runs `task` on the main thread, soon and in order. The task never runs inside this call, so post() is safe in any
// callback and under any lock.
inline void post(Task task) {
  auto run = [](gpointer data) -> gboolean {
    (*static_cast<Task*>(data))();
    return G_SOURCE_REMOVE;
  };
  auto free = [](gpointer data) { delete static_cast<Task*>(data); };
  g_idle_add_full(G_PRIORITY_DEFAULT, run, new Task(std::move(task)), free);
}

// Posts `task(object)` unless the object has ended by then.
template <typename T, typename F>
void post(const std::weak_ptr<T>& target, F task) {
  post([target, task = std::move(task)] {
    if (const auto object = target.lock()) task(*object);
  });
}

// A GSource that ends with its owner.
class Timer {
 public:
  Timer() = default;
  ~Timer() { stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void every(guint ms, Task task) { start(ms, std::move(task), true); }
  void once(guint ms, Task task) { start(ms, std::move(task), false); }
  bool running() const { return id_ != 0; }
  void stop() {
    if (id_ != 0) g_source_remove(std::exchange(id_, 0));
  }

 private:
  void start(guint ms, Task task, bool repeat) {
    stop();
    task_ = std::move(task);
    repeat_ = repeat;
    id_ = g_timeout_add(
        ms,
        [](gpointer data) -> gboolean {
          auto* self = static_cast<Timer*>(data);
          if (!self->repeat_) self->id_ = 0;
          const Task task = self->task_;  // a copy: the task may stop or restart this timer
          const bool repeat = self->repeat_;
          task();
          return repeat ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
        },
        this);
  }

  guint id_ = 0;
  bool repeat_ = false;
  Task task_;
};
