// SPDX-License-Identifier: LGPL-2.1-or-later
#include "reaper.h"

#include <thread>

namespace {

using Visit = void (*)(const GValue* element, gpointer);

void for_each(GstElement* pipeline, const char* factory, Visit visit) {
  if (!GST_IS_BIN(pipeline)) return;
  GstIterator* found = gst_bin_iterate_all_by_element_factory_name(GST_BIN(pipeline), factory);
  while (gst_iterator_foreach(found, visit, nullptr) == GST_ITERATOR_RESYNC) gst_iterator_resync(found);
  gst_iterator_free(found);
}

void drop(const GValue* element, GstPadProbeType what) {
  g_autoptr(GstPad) out = gst_element_get_static_pad(static_cast<GstElement*>(g_value_get_object(element)), "src");
  gst_pad_add_probe(
      out, what, [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_DROP; }, nullptr, nullptr);
}

// sctpenc of 1.22 that finds no room to send tries again and again with its pad's lock held, and a state change waits
// for that lock (GStreamer MR 4636). A flush ends it. It is for that element only: what comes after it says goodbye.
// Who sends still at that moment is waited for: sctpdec ends first, and frees what is sent through.
void release_sender(const GValue* element, gpointer) {
  drop(element, GST_PAD_PROBE_TYPE_EVENT_FLUSH);
  gst_element_foreach_sink_pad(
      static_cast<GstElement*>(g_value_get_object(element)),
      [](GstElement*, GstPad* pad, gpointer) -> gboolean {
        gst_pad_send_event(pad, gst_event_new_flush_start());
        GST_PAD_STREAM_LOCK(pad);
        GST_PAD_STREAM_UNLOCK(pad);
        return TRUE;
      },
      nullptr);
}

// What still comes would meet elements that are ended already: srtpdec then complains that it does not know its stream.
void close_receiver(const GValue* element, gpointer) {
  drop(element, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST));
}

}  // namespace

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
    for_each(pipeline.get(), "sctpenc", release_sender);
    for_each(pipeline.get(), "nicesrc", close_receiver);
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
