// SPDX-License-Identifier: LGPL-2.1-or-later
#include "producer.h"

#include <gst/app/gstappsrc.h>

#include <algorithm>

#include "base/credentials.h"
#include "base/deadlines.h"
#include "base/user_error.h"
#include "bus_text.h"
#include "core/frame_id.h"
#include "loop.h"
#include "pipe/udp_clients.h"
#include "reaper.h"
#include "results.h"

namespace {

constexpr guint kFirstFramePollMs = 10;
// Runs that do not end, because their source hangs, keep threads and descriptors. With so many of them no more are
// made.
constexpr std::size_t kMostEnding = 3;

guint ms_of(std::chrono::milliseconds time) {
  return static_cast<guint>(time.count());
}

// Null: there is none.
GstPtr<GstElement> own_source(GstElement* pipeline) {
  GstPtr<GstElement> found(gst_bin_get_by_name(GST_BIN(pipeline), "window"));
  return found && GST_IS_APP_SRC(found.get()) ? std::move(found) : nullptr;
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
    : pipe_(std::move(pipe)),
      reaper_(reaper),
      events_(std::move(events)),
      timebase_(make_timebase()),
      late_clients_([this](const std::string& client) {
        events_.notice("the host of \"" + client + "\" has been found; it gets the stream from now on");
      }) {
  adopt(cut(pipe_));
  adjustables_ = Adjustables(pipe_.adjustables, run_.producer.get());
}

Producer::~Producer() {
  end_run();
}

void Producer::adopt(CutPipeline cut) {
  run_ = std::move(cut);
  ++generation_;
  const bool first = outputs_.empty();
  for (std::size_t i = 0; i < run_.outputs.size(); ++i) {
    if (!first) {
      outputs_[i]->attach(std::move(run_.outputs[i]));
      continue;
    }
    outputs_.push_back(std::make_unique<Output>(std::move(run_.outputs[i]), timebase_));
    for (const auto& stream : outputs_.back()->streams()) streams_.push_back(stream.get());
  }
  run_.outputs.clear();
  window_ = own_source(run_.producer.get());
  keep_loops_apart(run_.producer.get());
  adjustables_.apply(run_.producer.get());
}

void Producer::start() {
  std::erase_if(ending_, [](const std::weak_ptr<Worker>& worker) { return worker.expired(); });
  if (ending_.size() >= kMostEnding) return restart_.once(ms_of(deadlines().last_retry), [this] { start(); });
  try {
    if (!run_.producer) adopt(cut(pipe_));
  } catch (const UserError& error) {
    return ended(without_credentials(error.what()), true);
  }
  GstElement* pipeline = run_.producer.get();
  auto unfound = unfound_clients(pipe_, pipeline);
  for (const auto& [client, sink] : unfound)
    events_.warning("the host of \"" + client + "\" can't be found, so nothing is sent to it; it is looked up again " +
                    (sink ? "and again" : "when the source begins again"));
  std::erase_if(unfound, [](const auto& one) { return !one.sink; });
  late_clients_.watch(std::move(unfound));
  gst_pipeline_use_clock(GST_PIPELINE(pipeline), timebase_->clock.get());
  gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(pipeline, timebase_->base);
  watch_bus();
  watchdogs_.hold(pipeline);
  hold_first_frames();
  state_ = State::kOpening;
  worker_ = std::make_shared<Worker>();
  away([pipeline] { return open_source(pipeline); }, &Producer::opened);
}

// Does `work` on the run's worker, and then `done` with what came of it on the main thread, unless the run has ended by
// then. `work` may use the pipeline without a reference: it is not dropped before the worker has finished.
template <typename Work, typename Done>
void Producer::away(Work work, Done done) {
  worker_->add([work = std::move(work), done = std::move(done), self = weak_from_this(), generation = generation_] {
    post(self, [done, generation, result = work()](Producer& producer) {
      if (generation == producer.generation_) std::invoke(done, producer, result);
    });
  });
}

std::optional<protocol::Error> Producer::set_property(const protocol::SetRequest& request) {
  const auto checked = adjustables_.check(request);
  if (const auto* error = std::get_if<protocol::Error>(&checked)) return *error;
  const auto which = std::get<std::size_t>(checked);
  adjustables_.keep(which, request.value);  // for the next run too
  if (!worker_) {
    events_.property(adjustables_.all()[which]);
    return std::nullopt;
  }
  const std::shared_ptr<GstElement> element(adjustables_.element(which, run_.producer.get()));
  away([element, name = adjustables_.property(which),
        value = request.value] { return set_value(element.get(), name, value); },
       [which](Producer& self, const protocol::Value& now) {
         self.adjustables_.keep(which, now);
         self.events_.property(self.adjustables_.all()[which]);
       });
  return std::nullopt;
}

// Each time a buffer of its own, for its own time: what it shows is not copied.
std::optional<std::uint32_t> Producer::give(GstSample* picture) {
  if (!window_ || state_ != State::kPlaying) return std::nullopt;
  g_autoptr(GstBuffer) buffer = gst_buffer_copy(gst_sample_get_buffer(picture));
  const GstClockTime now = timebase_->now();
  GST_BUFFER_PTS(buffer) = timebase_->base + now - gst_element_get_base_time(run_.producer.get());
  g_autoptr(GstSample) sample = gst_sample_new(buffer, gst_sample_get_caps(picture), nullptr, nullptr);
  if (gst_app_src_push_sample(GST_APP_SRC(window_.get()), sample) != GST_FLOW_OK) return std::nullopt;
  return frame_id(now);
}

void Producer::set_state(GstState state) {
  // an error is on the bus
  worker_->add([pipeline = run_.producer.get(), state] { gst_element_set_state(pipeline, state); });
}

void Producer::opened(const Opened& opened) {
  if (!opened.trouble.empty()) return ended(opened.trouble, true);
  live_ = opened.live;
  if (live_) return play(timebase_->base);
  // a file can be sought in only once its frames flow, so it has to begin before it can begin
  state_ = State::kBeginning;
  set_run_time(gst_clock_get_time(timebase_->clock.get()));
  set_state(GST_STATE_PLAYING);
  if (gate_.reached()) go_to_start();
}

// No frame gets its id before we know from when on the run's time counts.
void Producer::hold_first_frames() {
  std::vector<GstPtr<GstPad>> ends;
  for (const auto* stream : streams_)
    for (const auto& rung : stream->rungs()) ends.push_back(rung->sink_pad());
  for (const auto* elements : {&run_.results, &run_.framestamps, &run_.result_texts})
    for (const auto& element : *elements) ends.emplace_back(gst_element_get_static_pad(element.get(), "sink"));
  gate_.close(ends, [self = weak_from_this(), generation = generation_] {
    post(self, [generation](Producer& producer) {
      if (generation == producer.generation_) producer.go_to_start();
    });
  });
}

// Plays the file from its beginning, and then again and again without a gap: with segment seeks the running time goes
// on. A file that can't be sought goes on from where it is; at its end a new run takes its place.
void Producer::go_to_start() {
  if (state_ != State::kBeginning) return;
  state_ = State::kSeeking;
  set_state(GST_STATE_PAUSED);
  away([pipeline = run_.producer.get()] { return seek_to_start(pipeline, GST_SEEK_FLAG_FLUSH); },
       [](Producer& self, bool sought) {
         GstElement* pipeline = self.run_.producer.get();
         const auto& timebase = *self.timebase_;
         self.play(sought ? gst_clock_get_time(timebase.clock.get()) : gst_element_get_base_time(pipeline));
       });
}

void Producer::stop() {
  looking_.stop();
  end_run();
}

void Producer::rest() {
  if (!ever_started_ || rest_ == Rest::kResting) return;
  rest_ = Rest::kResting;
  trouble_.reset();
  stop();
  for (auto* stream : streams_)
    for (const auto& rung : stream->rungs()) rung->fan_out()->forget();
}

void Producer::wake() {
  if (rest_ != Rest::kResting) return;
  rest_ = Rest::kWaking;
  failures_ = 0;
  watch_frames();
  start();
}

bool Producer::wanted() const {
  return std::ranges::any_of(streams_, [](const Stream* stream) {
    return std::ranges::any_of(stream->rungs(), [](const auto& rung) { return rung->fan_out()->wanted(); });
  });
}

void Producer::watch_frames() {
  looking_.every(ms_of(streams_.front()->patience().look()), [this] { look_for_frames(); });
}

void Producer::end_run() {
  restart_.stop();
  watchdogs_.forget();
  late_clients_.forget();
  first_frames_.stop();
  gate_.open();
  state_ = State::kStopped;
  ++generation_;
  if (!run_.producer) return;
  g_autoptr(GstBus) bus = gst_element_get_bus(run_.producer.get());
  gst_bus_set_sync_handler(bus, nullptr, nullptr, nullptr);
  for (auto* stream : streams_) stream->detach();
  window_.reset();
  const auto worker = std::exchange(worker_, nullptr);
  if (!worker) return reaper_.end(std::exchange(run_, {}).producer);  // it never started
  ending_.push_back(worker);
  reaper_.end(std::exchange(run_, {}).producer, worker);
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
      check_first_frames();
      if (state_ == State::kStopped) return;
      return ended("the source has ended", live_ || !all_came());
    case GST_MESSAGE_SEGMENT_DONE:
      return away([pipeline = run_.producer.get()] { return seek_to_start(pipeline, GST_SEEK_FLAG_NONE); },
                  [](Producer& self, bool sought) {
                    if (!sought) self.ended("the source could not start again", true);
                  });
    case GST_MESSAGE_INFO:
    case GST_MESSAGE_WARNING:
      if (auto state = read_model_state(message)) {
        state->message = without_credentials(state->message);
        return events_.model(outputs_of(GST_MESSAGE_SRC(message)), *state);
      }
      if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING) events_.warning(describe(message));
      return;
    default:
      return;
  }
}

// `base`: as of set_run_time().
void Producer::play(GstClockTime base) {
  state_ = State::kPlaying;
  played_at_ = g_get_monotonic_time();
  const RunTime run = set_run_time(base);
  for (auto* stream : streams_) stream->connect(run);
  for (const auto& sink : run_.results) watch(sink.get(), run);
  gate_.open();
  set_state(GST_STATE_PLAYING);
  if (!ever_started_ || trouble_ || rest_ == Rest::kWaking || watchdogs_.held())
    first_frames_.every(kFirstFramePollMs, [this] { check_first_frames(); });
}

// `base`: the clock's time when the run's own running time is 0.
RunTime Producer::set_run_time(GstClockTime base) {
  gst_element_set_base_time(run_.producer.get(), base);
  const RunTime run{base - timebase_->base};
  // the id in the pixels must be the one that viewers and results have
  for (const auto* elements : {&run_.framestamps, &run_.result_texts})
    for (const auto& element : *elements)
      g_object_set(element.get(), "running-time-offset", static_cast<gint64>(run.begin), nullptr);
  return run;
}

// Those that show what it sees; all, where that is not known.
std::vector<const Output*> Producer::outputs_of(GstObject* element) const {
  std::vector<const Output*> outputs;
  const auto known = run_.shown_by.find(GST_IS_ELEMENT(element) ? GST_ELEMENT(element) : nullptr);
  for (std::size_t i = 0; i < outputs_.size(); ++i)
    if (known == run_.shown_by.end() || known->second.contains(i)) outputs.push_back(outputs_[i].get());
  return outputs;
}

void Producer::watch(GstElement* results, RunTime run) {
  const auto outputs = outputs_of(GST_OBJECT(results));
  std::vector<GstPtr<GstElement>> framestamps;
  for (const Output* output : outputs) {
    GstElement* framestamp = output->streams().front()->top().framestamp();
    framestamps.push_back(framestamp ? gst_share(framestamp) : nullptr);
  }
  watch_results(results, run, timebase_, std::move(framestamps),
                [weak = weak_from_this(), outputs](std::vector<protocol::Result> told) {
                  post(weak, [outputs, told = std::move(told)](Producer& self) {
                    self.events_.inference(told.front().ms);
                    for (std::size_t i = 0; i < outputs.size(); ++i) self.events_.result(*outputs[i], told[i]);
                  });
                });
}

bool Producer::all_came() const {
  return std::ranges::all_of(streams_, [](const Stream* stream) { return stream->came(); });
}

void Producer::check_first_frames() {
  if (!all_came()) return;
  first_frames_.stop();
  for (auto* stream : streams_)
    if (const std::string wrong = stream->trouble(); !wrong.empty()) return ended(wrong, true);
  watchdogs_.release();
  if (!std::exchange(ever_started_, true)) {
    trouble_.reset();
    watch_frames();
    events_.started();
  }
  if (std::exchange(rest_, Rest::kNone) == Rest::kWaking && !trouble_) events_.awake();
  if (std::exchange(trouble_, std::nullopt)) events_.back();
}

// A camera may stop without a word, and what opens a source again may wait for ever.
void Producer::look_for_frames() {
  bool still = false;
  for (auto* stream : streams_) still |= stream->stands_still();
  if (!still) return;
  const std::string message = "no frame came for " + seconds_text(deadlines().still);
  if (state_ == State::kPlaying) return ended(message, true);
  if (trouble_) return;
  trouble_ = message;
  events_.lost();
}

void Producer::ended(const std::string& message, bool failed) {
  const bool ran_well = state_ == State::kPlaying &&
                        std::chrono::microseconds(g_get_monotonic_time() - played_at_) > deadlines().ran_well;
  end_run();
  if (!ever_started_) {
    failed = true;
    trouble_ = message;
    if (!events_.could_not_start(message)) return;
  } else if (failed) {
    trouble_ = message;
    events_.lost();
  }
  failures_ = failed && !ran_well ? failures_ + 1 : 0;
  const auto delay = std::min(deadlines().last_retry, deadlines().retry * (1 << std::min(failures_, 10U)));
  restart_.once(failed ? ms_of(delay) : 0, [this] { start(); });
}
