// SPDX-License-Identifier: LGPL-2.1-or-later
#include "reaper.h"

#include <thread>

void Reaper::end(GstPtr<GstElement> pipeline, PromisePtr pending, std::vector<GObjectPtr<GObject>> held) {
  end(
      std::move(pipeline),
      [pending = std::move(pending)] {
        if (pending) gst_promise_wait(pending.get());
      },
      std::move(held));
}

void Reaper::end(GstPtr<GstElement> pipeline, std::shared_ptr<Worker> worker) {
  end(std::move(pipeline), [worker = std::move(worker)] { worker->finish(); }, {});
}

void Reaper::end(GstPtr<GstElement> pipeline, Worker::Task first, std::vector<GObjectPtr<GObject>> held) {
  if (!pipeline) return;
  {
    const std::lock_guard lock(shared_->mutex);
    ++shared_->count;
  }
  std::thread([shared = shared_, pipeline = std::move(pipeline), first = std::move(first),
               held = std::move(held)]() mutable {
    first();
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    held.clear();
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline.get());
    gst_bus_set_flushing(bus, TRUE);
    pipeline.reset();
    first = nullptr;
    const std::lock_guard lock(shared->mutex);
    --shared->count;
    shared->changed.notify_all();
  }).detach();
}

bool Reaper::wait(std::chrono::milliseconds limit) {
  std::unique_lock lock(shared_->mutex);
  return shared_->changed.wait_for(lock, limit, [this] { return shared_->count == 0; });
}

unsigned Reaper::waiting() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->count;
}
