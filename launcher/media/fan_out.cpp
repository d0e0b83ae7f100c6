// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fan_out.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include <algorithm>

#include "base/deadlines.h"
#include "core/frame_id.h"

namespace {

// If the last key frame is not older than this, a viewer that joins gets it and the frames after it. Otherwise it waits
// for a new key frame.
constexpr GstClockTime kYoung = 300 * GST_MSECOND;

// A feed moves to another encoding at a key frame. The key frame is asked for this long before its time, so that the
// request reaches the encoder before that.
constexpr GstClockTime kSoon = 100 * GST_MSECOND;
// If the key frame has not come this long after its time, the feed stays with its encoding.
constexpr GstClockTime kLongestMove = 1 * GST_SECOND;

GstClockTime age_of(GstSample* frame, GstClockTime now) {
  const GstClockTime then = GST_BUFFER_PTS(gst_sample_get_buffer(frame));
  return now > then ? now - then : 0;
}

std::int64_t now_ms() {
  return g_get_monotonic_time() / 1000;
}

// The frame with its running time as its timestamps, so that every viewer's pipeline can have the same plain segment
// from 0.
SamplePtr retimed(GstSample* sample, RunTime run) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  const GstClockTime running = run.of(gst_sample_get_segment(sample), buffer);
  if (!GST_CLOCK_TIME_IS_VALID(running)) return nullptr;
  const BufferPtr copy(gst_buffer_copy(buffer));
  GST_BUFFER_PTS(copy.get()) = GST_BUFFER_DTS(copy.get()) = running;
  return SamplePtr(gst_sample_new(copy.get(), gst_sample_get_caps(sample), nullptr, nullptr));
}

}  // namespace

Feed::Feed(std::unique_ptr<Outlet> outlet, std::shared_ptr<FanOut> from, bool primed)
    : outlet_(std::move(outlet)), from_(std::move(from)), primed_(primed) {}

std::shared_ptr<FanOut> Feed::from() const {
  const std::lock_guard lock(mutex_);
  return from_;
}

bool Feed::moving() const {
  const std::lock_guard lock(mutex_);
  return next_ != nullptr;
}

void Feed::start() {
  from()->add(shared_from_this());
}

void Feed::begin() {
  *opened_ = true;
  start();
}

void Feed::open() {
  from()->open(shared_from_this());
}

void Feed::stop() {
  std::unique_lock lock(mutex_);
  const auto from = from_;
  const auto next = next_;
  lock.unlock();
  from->remove(shared_from_this());
  if (next) next->remove(shared_from_this());
}

void Feed::move_to(const std::shared_ptr<FanOut>& other, bool at_once) {
  const GstClockTime at = other->request_key_frame_after(from()->newest(), at_once);
  std::unique_lock lock(mutex_);
  if (other == (next_ ? next_ : from_)) return;
  auto left = std::exchange(next_, nullptr);
  const bool back = other == from_;
  const bool flows = *opened_ && !paused_;
  if (!flows) left = std::exchange(from_, other);
  if (flows && !back) next_ = other, move_at_ = at;
  const bool paused = paused_;
  lock.unlock();
  if (left) left->remove(shared_from_this());
  if (!back && !paused) other->add(shared_from_this());
}

void Feed::pause() {
  std::unique_lock lock(mutex_);
  if (std::exchange(paused_, true)) return;
  const auto from = from_;
  const auto next = std::exchange(next_, nullptr);
  needs_key_ = true;
  lock.unlock();
  from->remove(shared_from_this());
  if (next) next->remove(shared_from_this());
}

void Feed::resume() {
  std::unique_lock lock(mutex_);
  if (!std::exchange(paused_, false)) return;
  const auto from = from_;
  lock.unlock();
  from->add(shared_from_this());
}

void Feed::request_key_frame(bool join) {
  from()->request_key_frame(join);
}

// Whether this feed takes a frame that `from` gives. Also ends a move to another encoding: at its key frame, or when it
// is too late.
bool Feed::accept(const FanOut& from, GstClockTime captured, bool key) {
  if (next_ && &from == next_.get()) {
    if (!key || captured < move_at_) return false;
    post(weak_from_this(),
         [left = std::exchange(from_, std::exchange(next_, nullptr))](Feed& self) { self.leave(left); });
    needs_key_ = true;
    return true;
  }
  if (&from != from_.get()) return false;
  if (!next_ || captured < move_at_) return true;
  if (captured < move_at_ + kLongestMove) return false;
  // the other encoding has given no key frame: stay with this one
  post(weak_from_this(), [left = std::exchange(next_, nullptr)](Feed& self) { self.leave(left); });
  needs_key_ = true;
  return true;
}

void Feed::leave(const std::shared_ptr<FanOut>& left) {
  {
    const std::lock_guard lock(mutex_);
    if (left == from_ || left == next_) return;  // it has come back in the meantime
  }
  left->remove(shared_from_this());
}

bool Feed::has(GstSample* frame) const {
  const std::lock_guard lock(mutex_);
  return last_ && GST_BUFFER_PTS(gst_sample_get_buffer(frame)) <= *last_;
}

bool Feed::push(const FanOut& from, GstSample* sample, bool key) {
  const std::lock_guard lock(mutex_);
  if (!accept(from, GST_BUFFER_PTS(gst_sample_get_buffer(sample)), key)) return false;
  if (!*opened_) {
    if (key && !std::exchange(primed_, true)) outlet_->push(sample);
    return false;
  }
  const GstClockTime captured = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
  const GstClockTime interval = still_interval_;
  if (interval > 0 && (!key || (last_ && captured < *last_ + interval))) {
    needs_key_ = true;
    return false;
  }
  const bool behind = outlet_->behind();
  if (behind || (needs_key_ && !key)) {
    needs_key_ = true;
    ++from.dropped_;
    if (!behind) from_->request_key_frame(false);
    return false;
  }
  needs_key_ = false;
  last_ = captured;
  ++from.sent_;
  outlet_->push(sample);
  return true;
}

void FanOut::connect(GstElement* appsink, GstPad* entry, RunTime run, std::shared_ptr<std::atomic<bool>> woken) {
  struct Context {
    std::shared_ptr<FanOut> fan_out;
    RunTime run;
  };
  appsink_ = gst_share(appsink);
  run_ = run;
  woken_ = std::move(woken);
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = [](GstAppSink* sink, gpointer data) {
    const auto* context = static_cast<Context*>(data);
    // All that is there: a frame that came before we were connected would stay, and the end of the stream waits for it.
    while (const SamplePtr sample{gst_app_sink_try_pull_sample(sink, 0)})
      context->fan_out->push(sample.get(), context->run);
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks(GST_APP_SINK(appsink), &callbacks, new Context{shared_from_this(), run},
                             [](gpointer data) { delete static_cast<Context*>(data); });
  frames_before_ = frames_;
  doze_.attach(entry);
  sleep_when_unwatched();
}

void FanOut::disconnect() {
  if (!appsink_) return;
  sleep_timer_.stop();
  doze_.detach();
  // a run that ended because it stood still may go on before it is torn down
  GstAppSinkCallbacks none{};
  gst_app_sink_set_callbacks(GST_APP_SINK(appsink_.get()), &none, nullptr, nullptr);
  appsink_.reset();
}

void FanOut::add(std::shared_ptr<Feed> feed) {
  wake();
  const std::lock_guard lock(mutex_);
  if (*feed->opened_ && !feed->moving())
    start(*feed);
  else if (!*feed->opened_ && !since_key_.empty())
    feed->push(*this, since_key_.front().get(), true);
  if (std::ranges::find(feeds_, feed) == feeds_.end()) feeds_.push_back(std::move(feed));
}

void FanOut::open(const std::shared_ptr<Feed>& feed) {
  const std::lock_guard lock(mutex_);
  if (!feed->opened_->exchange(true)) start(*feed);
}

// What a feed needs before the next frame is of use to it. Under the mutex.
void FanOut::start(Feed& feed) {
  if (slept_) return;  // it has been woken, and the next frame is a key frame
  if (since_key_.empty() || age_of(since_key_.front().get(), newest_) > kYoung || feed.has(since_key_.front().get()))
    return request_key_frame(true);
  for (std::size_t i = 0; i < since_key_.size(); ++i) feed.push(*this, since_key_[i].get(), i == 0);
}

void FanOut::remove(const std::shared_ptr<Feed>& feed) {
  {
    const std::lock_guard lock(mutex_);
    std::erase(feeds_, feed);
    if (!feeds_.empty()) return;
  }
  sleep_when_unwatched();
}

void FanOut::wake() {
  sleep_timer_.stop();
  if (!doze_.asleep()) return;
  // before the next frame reaches it
  if (woken_)
    *woken_ = true;
  else
    ask_encoder(GST_CLOCK_TIME_NONE);
  doze_.set_asleep(false);
}

void FanOut::sleep_when_unwatched() {
  sleep_timer_.every(static_cast<guint>(deadlines().awake.count()), [this] {
    const std::lock_guard lock(mutex_);
    if (feeds_.empty() && frames_ == frames_before_) return;  // of each run at least one frame has to come
    sleep_timer_.stop();
    if (!feeds_.empty() || !doze_.possible()) return;
    slept_ = true;
    if (since_key_.size() > 1) since_key_.resize(1);
    doze_.set_asleep(true);
  });
}

bool FanOut::wanted() const {
  const std::lock_guard lock(mutex_);
  return !feeds_.empty();
}

bool FanOut::has_key_frame() const {
  const std::lock_guard lock(mutex_);
  return !since_key_.empty();
}

void FanOut::forget() {
  const std::lock_guard lock(mutex_);
  since_key_.clear();
}

GstClockTime FanOut::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

FanOut::Rate FanOut::rate() const {
  const std::lock_guard lock(mutex_);
  return {rate_.bits(), rate_.frame_rate()};
}

void FanOut::push(GstSample* sample, RunTime run) {
  const GstClockTime now = timebase_->now();
  SamplePtr frame = retimed(sample, run);
  if (!frame) return;
  const bool key = !GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(frame.get()), GST_BUFFER_FLAG_DELTA_UNIT);
  const GstClockTime captured = GST_BUFFER_PTS(gst_sample_get_buffer(frame.get()));
  {
    const std::lock_guard lock(mutex_);
    for (const auto& feed : feeds_)
      if (feed->push(*this, frame.get(), key))
        feed->delays()->encoded(frame_id(captured), static_cast<std::int64_t>(captured),
                                static_cast<std::int64_t>(now));
    newest_ = captured;
    const gsize size = gst_buffer_get_size(gst_sample_get_buffer(frame.get()));
    rate_.add(static_cast<std::int64_t>(captured), size, key);
    bytes_ += size;
    if (key) ++key_frames_;
    if (key) since_key_.clear(), slept_ = false;
    if (key || (!since_key_.empty() && age_of(since_key_.front().get(), newest_) <= kYoung))
      since_key_.push_back(std::move(frame));
    else if (since_key_.size() > 1)
      since_key_.resize(1);
  }
  ++frames_;  // only now that the frame was handed out
}

void FanOut::request_key_frame(bool join) {
  post(weak_from_this(), [join](FanOut& self) {
    if (const auto wait = self.gate_.request(now_ms(), join))
      self.gate_timer_.once(static_cast<guint>(*wait), [&self] {
        if (self.gate_.fire(now_ms())) self.ask_encoder(GST_CLOCK_TIME_NONE);
      });
  });
}

GstClockTime FanOut::request_key_frame_after(GstClockTime after, bool at_once) {
  const std::lock_guard lock(mutex_);
  const GstClockTime at = std::max(newest_, after) + (at_once ? 1 : kSoon);
  post(weak_from_this(), [at](FanOut& self) { self.ask_encoder(at); });
  return at;
}

// `at`: the first frame that is not older than this running time becomes a key frame; GST_CLOCK_TIME_NONE: the next
// one.
void FanOut::ask_encoder(GstClockTime at) {
  if (!appsink_) return;
  g_autoptr(GstPad) pad = gst_element_get_static_pad(appsink_.get(), "sink");
  if (GST_CLOCK_TIME_IS_VALID(at)) at = run_.own(at);
  gst_pad_push_event(pad, gst_video_event_new_upstream_force_key_unit(at, TRUE, 0));
}
