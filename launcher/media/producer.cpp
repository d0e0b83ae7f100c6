// SPDX-License-Identifier: LGPL-2.1-or-later
#include "producer.h"

#include <algorithm>

#include "base/credentials.h"
#include "base/deadlines.h"
#include "core/frame_id.h"
#include "loop.h"
#include "reaper.h"
#include "results.h"
#include "shm_source.h"

namespace {

constexpr guint kFirstFramePollMs = 10;

// The text of an error or a warning: which element, what it says, and in brackets its detail for developers.
std::string describe(GstMessage* message) {
  g_autoptr(GError) error = nullptr;
  g_autofree char* debug = nullptr;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
    gst_message_parse_error(message, &error, &debug);
  else
    gst_message_parse_warning(message, &error, &debug);
  GstObject* source = GST_MESSAGE_SRC(message);
  std::string text = GST_OBJECT_NAME(source);
  if (GST_IS_ELEMENT(source))
    if (GstElementFactory* factory = gst_element_get_factory(GST_ELEMENT(source)))
      text = std::string(GST_OBJECT_NAME(factory)) + " \"" + text + "\"";
  const bool from_watchdog = g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED) &&
                             std::string_view(error->message) == "Watchdog triggered";
  text += from_watchdog ? ": no more frames come" : ": " + std::string(error->message);
  if (debug && !from_watchdog) {
    // "file.c(123): function (): /path:\nwhat happened": only the last part is for people
    const std::string detail = debug;
    const auto cut = detail.find('\n');
    if (cut != std::string::npos && cut + 1 < detail.size()) text += " (" + detail.substr(cut + 1) + ")";
  }
  return without_credentials(text);
}

// Running time starts at 0. Tests can start it later with CV_LAUNCH_RUNNING_TIME (in seconds), because frame ids wrap
// only after 13.25 h.
GstClockTime first_running_time() {
  const char* seconds = g_getenv("CV_LAUNCH_RUNNING_TIME");
  return seconds ? static_cast<GstClockTime>(std::max(0.0, g_ascii_strtod(seconds, nullptr)) * GST_SECOND) : 0;
}

// Uses the system's clock, which counts from the start of the machine. A test may want a running time that is longer
// than that, so the clock is moved ahead by it.
std::shared_ptr<const Timebase> make_timebase() {
  GstPtr<GstClock> clock(gst_system_clock_obtain());
  const GstClockTime start = first_running_time();
  if (start > 0) gst_clock_set_calibration(clock.get(), 0, start, 1, 1);
  const GstClockTime now = gst_clock_get_time(clock.get());
  return std::make_shared<Timebase>(std::move(clock), now - start);
}

}  // namespace

Producer::Producer(PipeText pipe, Reaper& reaper, Events events)
    : pipe_(std::move(pipe)), reaper_(reaper), events_(std::move(events)), timebase_(make_timebase()) {
  adopt(cut(pipe_));
}

Producer::~Producer() {
  stop();
}

void Producer::adopt(CutPipeline cut) {
  run_ = std::move(cut);
  ++generation_;
  if (!webrtcbin_) webrtcbin_ = std::move(run_.webrtcbin);
  // the file has the same streams each time, in the same order
  for (std::size_t i = 0; i < run_.streams.size(); ++i) {
    if (i == streams_.size()) streams_.push_back(std::make_unique<Stream>(std::move(run_.streams[i].chain), timebase_));
    streams_[i]->attach(std::move(run_.streams[i].appsink), std::move(run_.streams[i].framestamp));
  }
  run_.streams.clear();
  keep_loops_apart(run_.producer.get());
}

void Producer::start() {
  if (!run_.producer) adopt(cut(pipe_));
  GstElement* pipeline = run_.producer.get();
  gst_pipeline_use_clock(GST_PIPELINE(pipeline), timebase_->clock.get());
  gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(pipeline, timebase_->base);
  watch_bus();
  hold_watchdogs();
  state_ = State::kStarting;
  std::string trouble = absent_shm_source(pipeline);
  if (trouble.empty() && gst_element_set_state(pipeline, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE)
    trouble = "the pipeline does not start";  // mostly a message on the bus comes first and says more
  if (!trouble.empty())
    return post(weak_from_this(), [trouble, generation = generation_](Producer& self) {
      if (generation == self.generation_) self.ended(trouble, true);
    });
  live_ = has_live_source();
  if (live_) return play(timebase_->base);
  await_first_frame();
  gst_element_set_base_time(pipeline, gst_clock_get_time(timebase_->clock.get()));
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
}

// Asks the sources and not the pipeline: a clocksync that paces a file makes the pipeline look live.
bool Producer::has_live_source() {
  g_autoptr(GstIterator) sources = gst_bin_iterate_sources(GST_BIN(run_.producer.get()));
  bool live = false;
  gst_iterator_foreach(
      sources,
      [](const GValue* item, gpointer found) {
        auto* source = GST_ELEMENT(g_value_get_object(item));
        if (gst_element_get_state(source, nullptr, nullptr, 0) == GST_STATE_CHANGE_NO_PREROLL)
          *static_cast<bool*>(found) = true;
      },
      &live);
  return live;
}

// Calls prepare_loop() when the first frame comes: a file can be sought in only once its frames flow.
void Producer::await_first_frame() {
  struct Context {
    std::weak_ptr<Producer> producer;
    unsigned generation;
  };
  const GstPtr<GstPad> pad = streams_.front()->sink_pad();
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer data) {
        const auto* context = static_cast<Context*>(data);
        post(context->producer, [generation = context->generation](Producer& self) {
          if (generation == self.generation_) self.prepare_loop();
        });
        return GST_PAD_PROBE_REMOVE;
      },
      new Context{weak_from_this(), generation_}, [](gpointer data) { delete static_cast<Context*>(data); });
}

// Plays the file from its beginning, and then again and again without a gap: with segment seeks the running time goes
// on.
void Producer::prepare_loop() {
  GstElement* pipeline = run_.producer.get();
  gst_element_set_state(pipeline, GST_STATE_PAUSED);
  const bool sought = seek_to_start(true);
  play(sought ? gst_clock_get_time(timebase_->clock.get()) : gst_element_get_base_time(pipeline));
}

// The element watchdog counts from its start, but a camera may take seconds to begin. So each watchdog gets a longer
// timeout now, and its own one back when the first frame has come.
void Producer::hold_watchdogs() {
  watchdogs_.clear();
  g_autoptr(GstIterator) found = gst_bin_iterate_all_by_element_factory_name(GST_BIN(run_.producer.get()), "watchdog");
  gst_iterator_foreach(
      found,
      [](const GValue* item, gpointer list) {
        auto* watchdog = GST_ELEMENT(g_value_get_object(item));
        int timeout = 0;
        g_object_get(watchdog, "timeout", &timeout, nullptr);
        if (timeout == 0) return;  // switched off
        g_object_set(watchdog, "timeout", std::max(timeout, static_cast<int>(deadlines().first_frame.count())),
                     nullptr);
        static_cast<decltype(watchdogs_)*>(list)->emplace_back(gst_share(watchdog), timeout);
      },
      &watchdogs_);
}

void Producer::release_watchdogs() {
  for (const auto& [watchdog, timeout] : watchdogs_) g_object_set(watchdog.get(), "timeout", timeout, nullptr);
  watchdogs_.clear();
}

void Producer::stop() {
  restart_.stop();
  watchdogs_.clear();
  first_frames_.stop();
  state_ = State::kStopped;
  ++generation_;
  if (!run_.producer) return;
  g_autoptr(GstBus) bus = gst_element_get_bus(run_.producer.get());
  gst_bus_set_sync_handler(bus, nullptr, nullptr, nullptr);
  for (const auto& stream : streams_) stream->detach();
  reaper_.end(std::exchange(run_, {}).producer);
}

// Hands messages to the main thread one by one. None stays on the bus.
void Producer::watch_bus() {
  struct Context {
    std::weak_ptr<Producer> producer;
    unsigned generation;
  };
  g_autoptr(GstBus) bus = gst_element_get_bus(run_.producer.get());
  gst_bus_set_sync_handler(
      bus,
      [](GstBus*, GstMessage* message, gpointer data) {
        const auto* context = static_cast<Context*>(data);
        const std::shared_ptr<GstMessage> held(message, gst_message_unref);  // GST_BUS_DROP leaves the message to us
        constexpr auto kWanted =
            GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_SEGMENT_DONE | GST_MESSAGE_WARNING | GST_MESSAGE_INFO;
        if (GST_MESSAGE_TYPE(message) & kWanted) {
          post(context->producer, [held, generation = context->generation](Producer& self) {
            if (generation == self.generation_) self.handle(held.get());
          });
        }
        return GST_BUS_DROP;
      },
      new Context{weak_from_this(), generation_}, [](gpointer data) { delete static_cast<Context*>(data); });
}

void Producer::handle(GstMessage* message) {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
      return ended(describe(message), true);
    case GST_MESSAGE_EOS:
      return ended("the source has ended", live_ || !ever_started_);
    case GST_MESSAGE_SEGMENT_DONE:
      if (!seek_to_start(false)) ended("the source could not start again", true);
      return;
    case GST_MESSAGE_INFO:
    case GST_MESSAGE_WARNING:
      if (auto state = read_model_state(message)) {
        state->message = without_credentials(state->message);
        return events_.model(*state);
      }
      if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING) events_.warning(describe(message));
      return;
    default:
      return;
  }
}

bool Producer::seek_to_start(bool flush) {
  const auto flags = static_cast<GstSeekFlags>(GST_SEEK_FLAG_SEGMENT | (flush ? GST_SEEK_FLAG_FLUSH : 0));
  g_autoptr(GstQuery) query = gst_query_new_seeking(GST_FORMAT_TIME);
  gboolean seekable = FALSE;
  if (gst_element_query(run_.producer.get(), query))
    gst_query_parse_seeking(query, nullptr, &seekable, nullptr, nullptr);
  return seekable && gst_element_seek(run_.producer.get(), 1.0, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET, 0,
                                      GST_SEEK_TYPE_NONE, 0);
}

// `base`: the clock's time when the run's own running time is 0.
void Producer::play(GstClockTime base) {
  state_ = State::kPlaying;
  played_at_ = g_get_monotonic_time();
  gst_element_set_base_time(run_.producer.get(), base);
  const RunTime run{base - timebase_->base};
  for (const auto& stream : streams_) stream->connect(run);
  for (const auto& sink : run_.results) watch_results(sink.get(), run);
  // the id in the pixels must be the one that viewers and results have
  for (const auto& framestamp : run_.framestamps)
    g_object_set(framestamp.get(), "running-time-offset", static_cast<gint64>(run.begin), nullptr);
  gst_element_set_state(run_.producer.get(), GST_STATE_PLAYING);
  if (!ever_started_ || trouble_ || !watchdogs_.empty())
    first_frames_.every(kFirstFramePollMs, [this] { check_first_frames(); });
}

void Producer::watch_results(GstElement* sink, RunTime run) {
  struct Context {
    std::weak_ptr<Producer> producer;
    std::shared_ptr<const Timebase> timebase;
    RunTime run;
    std::string model;
  };
  const std::string name = GST_OBJECT_NAME(sink);
  // "faces" for "results-faces"
  std::string suffix = name.substr(std::string("results").size());
  suffix.erase(0, suffix.find_first_not_of("-_"));
  g_autoptr(GstPad) pad = gst_element_get_static_pad(sink, "sink");
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad* pad, GstPadProbeInfo* info, gpointer data) {
        const auto* context = static_cast<Context*>(data);
        GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
        if (!is_inference(buffer)) return GST_PAD_PROBE_OK;
        g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
        g_autoptr(GstEvent) event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
        GstVideoInfo video;
        if (!caps || !event || !gst_video_info_from_caps(&video, caps)) return GST_PAD_PROBE_OK;
        const GstSegment* segment = nullptr;
        gst_event_parse_segment(event, &segment);
        const GstClockTime running = context->run.of(segment, buffer);
        if (!GST_CLOCK_TIME_IS_VALID(running)) return GST_PAD_PROBE_OK;
        auto result = read_result(buffer, video, frame_id(running), context->model);
        const auto age = static_cast<std::int64_t>(context->timebase->now() - running);
        result.age = static_cast<double>(age) / GST_MSECOND;
        post(context->producer, [result = std::move(result)](Producer& self) { self.events_.result(result); });
        return GST_PAD_PROBE_OK;
      },
      new Context{weak_from_this(), timebase_, run, suffix.empty() ? name : suffix},
      [](gpointer data) { delete static_cast<Context*>(data); });
}

void Producer::check_first_frames() {
  for (const auto& stream : streams_)
    if (!stream->came()) return;
  first_frames_.stop();
  release_watchdogs();
  if (!std::exchange(ever_started_, true)) events_.started();
  if (std::exchange(trouble_, std::nullopt)) events_.back();
}

void Producer::ended(const std::string& message, bool failed) {
  const bool ran_well = state_ == State::kPlaying &&
                        std::chrono::microseconds(g_get_monotonic_time() - played_at_) > deadlines().ran_well;
  stop();
  if (!ever_started_) return events_.could_not_start(message);
  failures_ = failed && !ran_well ? failures_ + 1 : 0;
  if (failed) {
    trouble_ = message;
    events_.lost();
  }
  const auto delay = std::min(deadlines().last_retry, deadlines().retry * (1 << std::min(failures_, 10U)));
  restart_.once(failed ? static_cast<guint>(delay.count()) : 0, [this] { start(); });
}

std::optional<protocol::Stamp> Producer::stamp() {
  // sound, which may come before the video, has none
  const auto stamped = std::ranges::find_if(streams_, [](const auto& stream) { return stream->framestamp(); });
  if (stamped == streams_.end()) return stamp_;
  protocol::Stamp stamp;
  g_object_get((*stamped)->framestamp(), "rows", &stamp.rows, "cell-size", &stamp.cell, nullptr);
  if (stamp.rows > 0) stamp_ = stamp;
  return stamp_;
}
