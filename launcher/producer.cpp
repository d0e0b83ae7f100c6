// SPDX-License-Identifier: LGPL-2.1-or-later
#include "producer.h"

#include <algorithm>

#include "core/frame_id.h"
#include "reaper.h"
#include "results.h"

namespace {

constexpr guint kMaxBackOffMs = 5000;
constexpr guint kBackOffMs = 500;
constexpr gint64 kRanWellUs = 5 * G_USEC_PER_SEC;
constexpr guint kFirstFramePollMs = 10;

// The element, what it says, and what a developer needs behind it.
std::string describe_error(GstMessage* message) {
  g_autoptr(GError) error = nullptr;
  g_autofree char* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  GstObject* source = GST_MESSAGE_SRC(message);
  std::string text = GST_OBJECT_NAME(source);
  if (GST_IS_ELEMENT(source))
    if (GstElementFactory* factory = gst_element_get_factory(GST_ELEMENT(source)))
      text = std::string(GST_OBJECT_NAME(factory)) + " \"" + text + "\"";
  text += ": " + std::string(error->message);
  if (debug) {
    // "file.c(123): function (): /path:\nwhat happened": only the last part is for people
    const std::string detail = debug;
    const auto cut = detail.find('\n');
    if (cut != std::string::npos && cut + 1 < detail.size()) text += " (" + detail.substr(cut + 1) + ")";
  }
  return text;
}

GstClockTime time_of(GstClock* clock) {
  return gst_clock_get_time(clock);
}

}  // namespace

Producer::Producer(PipeText pipe, Reaper& reaper, Events events)
    : pipe_(std::move(pipe)),
      reaper_(reaper),
      events_(std::move(events)),
      clock_(gst_system_clock_obtain()),
      base_time_(time_of(clock_.get())) {
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
  ++generation_;
}

void Producer::start() {
  if (!run_.producer) adopt(cut(pipe_));
  GstElement* pipeline = run_.producer.get();
  gst_pipeline_use_clock(GST_PIPELINE(pipeline), clock_.get());
  gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(pipeline, base_time_);
  watch_bus();
  frames_before_.clear();
  for (const auto& fan_out : fan_outs_) frames_before_.push_back(fan_out->frames());
  state_ = State::kStarting;
  if (gst_element_set_state(pipeline, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE)
    return post(weak_from_this(), [generation = generation_](Producer& self) {
      // the bus mostly says more, and first
      if (generation == self.generation_) self.ended("the pipeline does not start", true);
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

void Producer::stop() {
  restart_.stop();
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
        constexpr auto kWanted = GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_SEGMENT_DONE;
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
      return ended(describe_error(message), true);
    case GST_MESSAGE_EOS:
      return ended("the source has ended", live_ || !ever_started_);
    case GST_MESSAGE_SEGMENT_DONE:
      if (!seek_to_start(false)) ended("the source could not start again", true);
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
  gst_element_set_state(run_.producer.get(), GST_STATE_PLAYING);
  if (!ever_started_ || lost_) first_frames_.every(kFirstFramePollMs, [this] { check_first_frames(); });
}

void Producer::watch_results(GstElement* sink, std::int64_t shift) {
  struct Context {
    std::weak_ptr<Producer> producer;
    std::int64_t shift;
    std::string model;
  };
  const std::string name = GST_OBJECT_NAME(sink);
  const std::string suffix = name.substr(std::string("results").size());
  g_autoptr(GstPad) pad = gst_element_get_static_pad(sink, "sink");
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad* pad, GstPadProbeInfo* info, gpointer data) {
        const auto* context = static_cast<Context*>(data);
        GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
        g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
        g_autoptr(GstEvent) event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
        GstVideoInfo video;
        if (!caps || !event || !gst_video_info_from_caps(&video, caps)) return GST_PAD_PROBE_OK;
        const GstSegment* segment = nullptr;
        gst_event_parse_segment(event, &segment);
        const guint64 running = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
        if (!GST_CLOCK_TIME_IS_VALID(running)) return GST_PAD_PROBE_OK;
        const std::uint32_t id = frame_id(running + static_cast<guint64>(context->shift));
        post(context->producer, [result = read_result(buffer, video, id, context->model)](Producer& self) {
          self.events_.result(result);
        });
        return GST_PAD_PROBE_OK;
      },
      new Context{weak_from_this(), shift, suffix.empty() ? name : suffix},
      [](gpointer data) { delete static_cast<Context*>(data); });
}

void Producer::check_first_frames() {
  for (std::size_t i = 0; i < fan_outs_.size(); ++i)
    if (fan_outs_[i]->frames() == frames_before_[i]) return;
  first_frames_.stop();
  if (!std::exchange(ever_started_, true)) events_.started();
  if (std::exchange(lost_, false)) events_.back();
}

void Producer::ended(const std::string& message, bool failed) {
  const bool ran_well = state_ == State::kPlaying && g_get_monotonic_time() - played_at_ > kRanWellUs;
  stop();
  if (!ever_started_) return events_.could_not_start(message);
  failures_ = failed && !ran_well ? failures_ + 1 : 0;
  if (failed) {
    lost_ = true;
    events_.lost(message);
  }
  const guint delay = failed ? std::min(kMaxBackOffMs, kBackOffMs << std::min(failures_, 4U)) : 0;
  restart_.once(delay, [this] { start(); });
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
