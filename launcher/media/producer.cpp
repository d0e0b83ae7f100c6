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

// Of an error or a warning: the element, what it says, and what a developer needs behind it.
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
  const bool silent = g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED) &&
                      std::string_view(error->message) == "Watchdog triggered";
  text += silent ? ": no more frames come" : ": " + std::string(error->message);
  if (debug && !silent) {
    // "file.c(123): function (): /path:\nwhat happened": only the last part is for people
    const std::string detail = debug;
    const auto cut = detail.find('\n');
    if (cut != std::string::npos && cut + 1 < detail.size()) text += " (" + detail.substr(cut + 1) + ")";
  }
  return without_credentials(text);
}

GstClockTime time_of(GstClock* clock) {
  return gst_clock_get_time(clock);
}

// Running time starts at 0, in tests with CV_LAUNCH_RUNNING_TIME (in seconds): frame ids wrap after 13.25 h.
GstClockTime first_running_time() {
  const char* seconds = g_getenv("CV_LAUNCH_RUNNING_TIME");
  return seconds ? static_cast<GstClockTime>(std::max(0.0, g_ascii_strtod(seconds, nullptr)) * GST_SECOND) : 0;
}

// Monotonic since the machine started, which may have been later than that.
GstPtr<GstClock> make_clock() {
  GstPtr<GstClock> clock(gst_system_clock_obtain());
  if (const GstClockTime start = first_running_time()) gst_clock_set_calibration(clock.get(), 0, start, 1, 1);
  return clock;
}

}  // namespace

Producer::Producer(PipeText pipe, Reaper& reaper, Events events)
    : pipe_(std::move(pipe)),
      reaper_(reaper),
      events_(std::move(events)),
      clock_(make_clock()),
      base_time_(time_of(clock_.get()) - first_running_time()) {
  adopt(cut(pipe_));
  template_.webrtcbin = std::move(run_.webrtcbin);
  for (auto& stream : run_.streams) {
    template_.chains.push_back(std::move(stream.chain));
    fan_outs_.push_back(std::make_shared<FanOut>());
  }
}

Producer::~Producer() {
  stop();
}

void Producer::adopt(CutPipeline cut) {
  run_ = std::move(cut);
  keep_loops_apart(run_.producer.get());
  ++generation_;
}

void Producer::start() {
  if (!run_.producer) adopt(cut(pipe_));
  GstElement* pipeline = run_.producer.get();
  gst_pipeline_use_clock(GST_PIPELINE(pipeline), clock_.get());
  gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(pipeline, base_time_);
  watch_bus();
  hold_watchdogs();
  frames_before_.clear();
  for (const auto& fan_out : fan_outs_) frames_before_.push_back(fan_out->frames());
  state_ = State::kStarting;
  std::string trouble = absent_shm_source(pipeline);
  if (trouble.empty() && gst_element_set_state(pipeline, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE)
    trouble = "the pipeline does not start";  // the bus mostly says more, and first
  if (!trouble.empty())
    return post(weak_from_this(), [trouble, generation = generation_](Producer& self) {
      if (generation == self.generation_) self.ended(trouble, true);
    });
  live_ = has_live_source();
  if (live_) return play(base_time_);
  await_first_frame();
  gst_element_set_base_time(pipeline, time_of(clock_.get()));
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
}

// Not what the pipeline says of itself: a clocksync that paces a file makes it look live.
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

// A file can be sought in once its frames flow.
void Producer::await_first_frame() {
  struct Context {
    std::weak_ptr<Producer> producer;
    unsigned generation;
  };
  g_autoptr(GstPad) pad = gst_element_get_static_pad(run_.streams.front().appsink.get(), "sink");
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer data) {
        const auto* context = static_cast<Context*>(data);
        post(context->producer, [generation = context->generation](Producer& self) {
          if (generation == self.generation_) self.prepare_loop();
        });
        return GST_PAD_PROBE_REMOVE;
      },
      new Context{weak_from_this(), generation_}, [](gpointer data) { delete static_cast<Context*>(data); });
}

// From its beginning, and later again and again without a gap: a segment seek lets the running time go on.
void Producer::prepare_loop() {
  GstElement* pipeline = run_.producer.get();
  gst_element_set_state(pipeline, GST_STATE_PAUSED);
  const bool sought = seek_to_start(true);
  play(sought ? time_of(clock_.get()) : gst_element_get_base_time(pipeline));
}

// The element watchdog counts from its start, and a camera may take seconds to begin: only then it gets its own
// timeout.
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
  for (const auto& fan_out : fan_outs_) fan_out->disconnect();
  reaper_.end(std::exchange(run_, {}).producer);
}

// Messages come to the main thread one by one; nothing is left lying on the bus.
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
        const std::shared_ptr<GstMessage> held(message, gst_message_unref);  // GST_BUS_DROP leaves it to us
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

// `base`: when the pipeline's running time is 0. Viewers have one running time through all runs.
void Producer::play(GstClockTime base) {
  state_ = State::kPlaying;
  played_at_ = g_get_monotonic_time();
  gst_element_set_base_time(run_.producer.get(), base);
  const auto shift = static_cast<std::int64_t>(base - base_time_);
  for (std::size_t i = 0; i < fan_outs_.size(); ++i) fan_outs_[i]->connect(run_.streams[i].appsink.get(), shift);
  for (const auto& sink : run_.results) watch_results(sink.get(), shift);
  // the id in the pixels is the one that viewers and results have
  if (run_.framestamp) g_object_set(run_.framestamp.get(), "running-time-offset", shift, nullptr);
  gst_element_set_state(run_.producer.get(), GST_STATE_PLAYING);
  if (!ever_started_ || lost_ || !watchdogs_.empty())
    first_frames_.every(kFirstFramePollMs, [this] { check_first_frames(); });
}

void Producer::watch_results(GstElement* sink, std::int64_t shift) {
  struct Context {
    std::weak_ptr<Producer> producer;
    std::int64_t shift;
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
        const guint64 running = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
        if (!GST_CLOCK_TIME_IS_VALID(running)) return GST_PAD_PROBE_OK;
        const std::uint32_t id = frame_id(running + static_cast<guint64>(context->shift));
        auto result = read_result(buffer, video, id, context->model);
        const GstClockTime now = gst_element_get_current_running_time(GST_ELEMENT(GST_PAD_PARENT(pad)));
        result.age = (static_cast<double>(now) - static_cast<double>(running)) / GST_MSECOND;
        post(context->producer, [result = std::move(result)](Producer& self) { self.events_.result(result); });
        return GST_PAD_PROBE_OK;
      },
      new Context{weak_from_this(), shift, suffix.empty() ? name : suffix},
      [](gpointer data) { delete static_cast<Context*>(data); });
}

void Producer::check_first_frames() {
  for (std::size_t i = 0; i < fan_outs_.size(); ++i)
    if (fan_outs_[i]->frames() == frames_before_[i]) return;
  first_frames_.stop();
  release_watchdogs();
  if (!std::exchange(ever_started_, true)) events_.started();
  if (std::exchange(lost_, false)) events_.back();
}

void Producer::ended(const std::string& message, bool failed) {
  const bool ran_well = state_ == State::kPlaying &&
                        std::chrono::microseconds(g_get_monotonic_time() - played_at_) > deadlines().ran_well;
  stop();
  if (!ever_started_) return events_.could_not_start(message);
  failures_ = failed && !ran_well ? failures_ + 1 : 0;
  if (failed) {
    lost_ = true;
    events_.lost(message);
  }
  const auto delay = std::min(deadlines().last_retry, deadlines().retry * (1 << std::min(failures_, 10U)));
  restart_.once(failed ? static_cast<guint>(delay.count()) : 0, [this] { start(); });
}

double Producer::running_ms() const {
  return static_cast<double>(time_of(clock_.get()) - base_time_) / GST_MSECOND;
}

std::optional<protocol::Stamp> Producer::stamp() const {
  if (!run_.framestamp) return std::nullopt;
  protocol::Stamp stamp;
  g_object_get(run_.framestamp.get(), "rows", &stamp.rows, "cell-size", &stamp.cell, nullptr);
  return stamp.rows > 0 ? std::optional(stamp) : std::nullopt;
}
