// SPDX-License-Identifier: LGPL-2.1-or-later
#include "live_stream.h"

#include <algorithm>

#include "base/deadlines.h"
#include "pipe/value_check.h"
#include "viewer/viewer_pipeline.h"

namespace {

constexpr guint kNeededPollMs = 50;

double unix_ms() {
  return static_cast<double>(g_get_real_time()) / 1000.0;
}

}  // namespace

LiveStream::LiveStream(const StreamOptions& options, PipeText pipe, People& people, Reaper& reaper, const Ice& ice,
                       Events events)
    : reaper_(reaper),
      ice_(ice),
      name_(options.name),
      label_(name_.empty() ? "" : name_ + ": "),
      events_(std::move(events)),
      set_in_caps_(set_in_caps(pipe)),
      producer_(std::make_shared<Producer>(std::move(pipe), reaper, producer_events())),
      viewers_(std::make_unique<Viewers>(name_, people, *producer_, reaper, ice, metrics_,
                                         Viewers::Facts{[this] { return now(); }, [this] { return stream_info(); },
                                                        [this] { return model_states(); }})) {
  if (options.idle == Idle::kStop) needed_.every(kNeededPollMs, [this] { look_whether_needed(); });
  if (!options.publish.url.empty())
    publisher_ = std::make_unique<Publisher>(options.publish, *producer_, reaper, ice, publisher_events());
}

void LiveStream::start() {
  started_at_ = g_get_monotonic_time();
  epoch_.learn(unix_ms(), producer_->running_ms());
  producer_->start();
}

void LiveStream::every_second() {
  const std::chrono::microseconds waited(g_get_monotonic_time() - started_at_);
  if (!running_ && started_at_ != 0 && waited > deadlines().first_frame) {
    events_.say(Level::kNotice, "no picture from the pipeline yet; still waiting for its source");
    started_at_ = 0;
  }
  epoch_.learn(unix_ms(), producer_->running_ms());
  for (const auto& viewer : viewers_->all()) {
    viewer->send_stream_info();
    viewer->check_deadline();
  }
  if (publisher_) publisher_->check_deadline();
}

// A picture, a place for one, or results alone: what is not looked at needs nothing.
bool LiveStream::needed() const {
  return publisher_ || g_get_monotonic_time() - expected_at_ < G_USEC_PER_SEC || viewers_->waiting() > 0 ||
         viewers_->needs_results() || producer_->wanted();
}

void LiveStream::expect() {
  expected_at_ = g_get_monotonic_time();
}

void LiveStream::look_whether_needed() {
  if (!running_) return;
  const gint64 now = g_get_monotonic_time();
  const bool rests = producer_->resting() == Producer::Rest::kResting;
  if (needed()) {
    needed_at_ = now;
    if (!rests) return;
    g_info("%ssomebody watches: the source begins again", label_.c_str());
    producer_->wake();
  } else {
    if (needed_at_ == 0) needed_at_ = now;
    if (rests || std::chrono::microseconds(now - needed_at_) < deadlines().idle) return;
    g_info("%snobody watches: the source is stopped", label_.c_str());
    producer_->rest();
  }
  events_.changed();
  send_stream_info();
}

void LiveStream::end(const protocol::Error& why) {
  needed_.stop();
  viewers_->end(why);
  if (publisher_) publisher_->end();
  producer_->stop();
}

StreamFigures LiveStream::figures() const {
  return {.name = name_,
          .metrics = metrics_,
          .producer = *producer_,
          .running = running_,
          .viewers = viewers_->seated(),
          .waiting = viewers_->waiting(),
          .asleep = producer_->resting() == Producer::Rest::kResting,
          .publishing = publisher_ && publisher_->connected()};
}

Producer::Events LiveStream::producer_events() {
  Producer::Events events;
  events.started = [this] {
    running_ = true;
    events_.started();
    if (publisher_) publisher_->start();
  };
  events.could_not_start = [this](const std::string& message) {
    return events_.could_not_start(message + (set_in_caps_.empty() ? "" : " (with " + set_in_caps_ + ")"));
  };
  events.lost = [this] {
    metrics_.add_source_loss();
    events_.say(Level::kError, "the source is lost, retrying: " + *producer_->trouble());
    events_.changed();
    send_stream_info();
  };
  events.back = [this] {
    events_.say(Level::kNotice, "the source is back");
    events_.changed();
    send_stream_info();
  };
  events.awake = [this] { events_.changed(); };
  events.result = [this](const protocol::Result& result) { send_result(result); };
  events.model = [this](const protocol::ModelState& state) { set_model_state(state); };
  events.property = [this](const protocol::Property& property) {
    for (const auto& viewer : viewers_->all()) viewer->send_property(property);
  };
  events.warning = [this](const std::string& message) { warn(message); };
  events.notice = [this](const std::string& message) { events_.say(Level::kNotice, message); };
  return events;
}

// An element may warn of each packet that it can't send.
void LiveStream::warn(const std::string& message) {
  if (warnings_.is_news(message, std::chrono::microseconds(g_get_monotonic_time())))
    events_.say(Level::kWarning, message);
}

Publisher::Events LiveStream::publisher_events() {
  return {.next_number = [this] { return viewers_->next_number(); },
          .stream_info = [this] { return stream_info(); },
          .connected = [this](const std::string& message) { events_.say(Level::kNotice, message); },
          .lost = [this](const std::string& message) { warn(message); }};
}

void LiveStream::warm_up() {
  try {
    ViewerPipeline viewer = make_viewer_pipeline(*producer_, Ice{.addresses = ice_.addresses}, {}, "warm-up");
    const auto streams = add_streams(viewer, *producer_);
    gst_element_set_state(viewer.pipeline.get(), GST_STATE_READY);
    make_channels(viewer);
    gst_element_set_state(viewer.pipeline.get(), GST_STATE_PAUSED);
    PromisePtr offer(gst_promise_new(), gst_promise_unref);
    g_signal_emit_by_name(viewer.webrtcbin.get(), "create-offer", nullptr, offer.get());
    end_viewer_pipeline(std::move(viewer), std::move(offer), reaper_);
  } catch (const std::runtime_error& error) {
    g_warning("viewers can't be set up: %s", error.what());
  }
}

std::vector<protocol::ModelState> LiveStream::model_states() const {
  std::vector<protocol::ModelState> states;
  states.reserve(model_states_.size());
  for (const auto& [model, state] : model_states_) states.push_back(state);
  return states;
}

protocol::StreamInfo LiveStream::stream_info() const {
  const auto& trouble = producer_->trouble();
  protocol::StreamInfo info;
  info.epoch = epoch_.ms();
  if (const auto& picture = producer_->streams().front()->top().picture(); picture && picture->rows > 0)
    info.stamp = protocol::Stamp{picture->rows, picture->cell};
  for (const auto& rung : producer_->streams().front()->rungs()) {
    const auto& picture = rung->picture();
    if (!picture) continue;
    const protocol::RungPicture size{picture->width, picture->height, picture->rows, picture->cell};
    if (std::ranges::find(info.rungs, size) == info.rungs.end()) info.rungs.push_back(size);
  }
  info.lost = trouble.has_value();
  info.message = trouble.value_or("");
  return info;
}

// Encoders that nobody wants sleep; one that should give frames and does not is the source's trouble too.
protocol::StreamState LiveStream::state() const {
  const auto& trouble = producer_->trouble();
  if (producer_->resting() == Producer::Rest::kResting)
    return {name_, "asleep", "nobody watches; it begins again when somebody does"};
  if (trouble) return {name_, "lost", "the source is lost: " + *trouble};
  if (producer_->resting() == Producer::Rest::kWaking) return {name_, "starting", "the source begins again"};
  return running_ ? protocol::StreamState{name_, "live", ""}
                  : protocol::StreamState{name_, "starting", "no picture from the pipeline yet"};
}

double LiveStream::now() const {
  return epoch_.ms() + producer_->running_ms();
}

void LiveStream::send_result(const protocol::Result& result) {
  events_.result(result);
  metrics_.add_result(result.model, result.ms);
  if (viewers_->empty()) return;
  const std::string encoded = protocol::encode(result);
  for (const auto& viewer : viewers_->all()) viewer->send_result(encoded);
}

void LiveStream::set_model_state(protocol::ModelState state) {
  state.since = now();
  if (state.state == "failed") {
    metrics_.add_model_failure(state.model);
    events_.say(Level::kError, state.model + ": " + state.message);
  } else {
    g_info("the model %s is %s", state.model.c_str(), state.state.c_str());
  }
  model_states_[state.model] = state;
  for (const auto& viewer : viewers_->all()) viewer->send_model_state(state);
}

void LiveStream::send_stream_info() {
  for (const auto& viewer : viewers_->all()) viewer->send_stream_info();
}
