// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fan_out.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include <algorithm>

#include "core/frame_id.h"

namespace {

// A viewer whose pipeline is this far behind loses frames instead of getting late ones.
constexpr GstClockTime kMaxQueued = 500 * GST_MSECOND;

// A viewer that joins gets a key frame as old as this, and what followed it, instead of waiting for a new one.
constexpr GstClockTime kYoung = 300 * GST_MSECOND;

GstClockTime age_of(GstSample* frame, GstClockTime now) {
  const GstClockTime then = GST_BUFFER_PTS(gst_sample_get_buffer(frame));
  return now > then ? now - then : 0;
}

std::int64_t now_ms() {
  return g_get_monotonic_time() / 1000;
}

// The frame with its running time (plus shift) as timestamps, so that every viewer's segment is the plain one from 0.
SamplePtr retimed(GstSample* sample, std::int64_t shift) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  const GstSegment* segment = gst_sample_get_segment(sample);
  const guint64 running = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  if (!GST_CLOCK_TIME_IS_VALID(running)) return nullptr;
  const BufferPtr copy(gst_buffer_copy(buffer));
  GST_BUFFER_PTS(copy.get()) = GST_BUFFER_DTS(copy.get()) = running + static_cast<guint64>(shift);
  return SamplePtr(gst_sample_new(copy.get(), gst_sample_get_caps(sample), nullptr, nullptr));
}

}  // namespace

Feed::Feed(GstElement* appsrc, std::function<void(bool)> want_key)
    : appsrc_(gst_share(GST_APP_SRC(appsrc))), want_key_(std::move(want_key)) {}

bool Feed::push(GstSample* sample, bool key) {
  if (!open_) {
    if (key && !std::exchange(primed_, true)) gst_app_src_push_sample(appsrc_.get(), sample);
    return false;
  }
  const bool behind = gst_app_src_get_current_level_time(appsrc_.get()) > kMaxQueued;
  if (behind || (needs_key_ && !key)) {
    needs_key_ = true;
    if (!behind) want_key_(false);
    return false;
  }
  needs_key_ = false;
  // the flow return is this viewer's own trouble: its bus or its watchdog tells
  gst_app_src_push_sample(appsrc_.get(), sample);
  return true;
}

void FanOut::connect(GstElement* appsink, std::int64_t shift) {
  struct Context {
    std::shared_ptr<FanOut> fan_out;
    std::int64_t shift;
  };
  appsink_ = gst_share(appsink);
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = [](GstAppSink* sink, gpointer data) {
    const auto* context = static_cast<Context*>(data);
    const GstClockTime now = gst_element_get_current_running_time(GST_ELEMENT(sink));
    if (const SamplePtr sample{gst_app_sink_pull_sample(sink)})
      context->fan_out->push(sample.get(), context->shift, now + static_cast<guint64>(context->shift));
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks(GST_APP_SINK(appsink), &callbacks, new Context{shared_from_this(), shift},
                             [](gpointer data) { delete static_cast<Context*>(data); });
}

void FanOut::disconnect() {
  appsink_.reset();
}

void FanOut::add(std::shared_ptr<Feed> feed) {
  const std::lock_guard lock(mutex_);
  if (!since_key_.empty()) feed->push(since_key_.front().get(), true);
  feeds_.push_back(std::move(feed));
}

void FanOut::open(const std::shared_ptr<Feed>& feed) {
  const std::lock_guard lock(mutex_);
  if (feed->is_open()) return;
  feed->open();
  if (since_key_.empty() || age_of(since_key_.front().get(), newest_) > kYoung) return request_key_frame(true);
  for (std::size_t i = 0; i < since_key_.size(); ++i) feed->push(since_key_[i].get(), i == 0);
}

void FanOut::remove(const std::shared_ptr<Feed>& feed) {
  const std::lock_guard lock(mutex_);
  std::erase(feeds_, feed);
}

void FanOut::push(GstSample* sample, std::int64_t shift, GstClockTime now) {
  SamplePtr frame = retimed(sample, shift);
  if (!frame) return;
  const bool key = !GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(frame.get()), GST_BUFFER_FLAG_DELTA_UNIT);
  const GstClockTime captured = GST_BUFFER_PTS(gst_sample_get_buffer(frame.get()));
  {
    const std::lock_guard lock(mutex_);
    for (const auto& feed : feeds_)
      if (feed->push(frame.get(), key))
        feed->delays()->encoded(frame_id(captured), static_cast<std::int64_t>(captured),
                                static_cast<std::int64_t>(now));
    newest_ = captured;
    if (key) since_key_.clear();
    if (key || (!since_key_.empty() && age_of(since_key_.front().get(), newest_) <= kYoung))
      since_key_.push_back(std::move(frame));
    else if (since_key_.size() > 1)
      since_key_.resize(1);
  }
  ++frames_;  // counted when it is handed out
}

void FanOut::request_key_frame(bool join) {
  post(weak_from_this(), [join](FanOut& self) {
    if (const auto wait = self.gate_.request(now_ms(), join))
      self.gate_timer_.once(static_cast<guint>(*wait), [&self] { self.ask_encoder(); });
  });
}

void FanOut::ask_encoder() {
  if (!gate_.fire(now_ms()) || !appsink_) return;
  g_autoptr(GstPad) pad = gst_element_get_static_pad(appsink_.get(), "sink");
  gst_pad_push_event(pad, gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}
