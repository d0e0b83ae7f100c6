// SPDX-License-Identifier: LGPL-2.1-or-later
#include "live_stream.h"

#include <algorithm>

#include "base/deadlines.h"
#include "base/listed.h"
#include "core/shorten.h"
#include "http/stream_path.h"
#include "pipe/value_check.h"
#include "viewer/viewer_pipeline.h"

namespace {

constexpr guint kNeededPollMs = 50;

double unix_ms() {
  return static_cast<double>(g_get_real_time()) / 1000.0;
}

std::vector<protocol::ModelState> values(const std::map<std::string, protocol::ModelState>& states) {
  std::vector<protocol::ModelState> list;
  list.reserve(states.size());
  for (const auto& [model, state] : states) list.push_back(state);
  return list;
}

// "door-raw" for the output "raw" of the pipeline "door".
std::string stream_name(const std::string& pipeline, const Output& output) {
  if (output.name().empty()) return pipeline;
  std::string name = (pipeline.empty() ? "" : pipeline + "-") + output.name();
  if (!is_stream_name(name))
    throw UserError(output.place() + ": the webrtcbin \"" + shorten(output.name()) + "\" would be the stream \"" +
                    shorten(name) + "\", but " + kStreamNameRule);
  return name;
}

}  // namespace

LiveStream::LiveStream(const StreamOptions& options, PipeText pipe, std::shared_ptr<Window> window, People& people,
                       Reaper& reaper, const Ice& ice, Events events)
    : reaper_(reaper),
      ice_(ice),
      name_(options.name),
      label_(name_.empty() ? "" : name_ + ": "),
      events_(std::move(events)),
      window_(std::move(window)),
      set_in_caps_(set_in_caps(pipe)),
      producer_(std::make_shared<Producer>(std::move(pipe), reaper, producer_events())) {
  if (window_ && !producer_->takes_pictures())
    throw UserError(options.pipeline + " has no appsrc name=window, which a program's pictures would come to");
  for (const auto& output : producer_->outputs()) show(*output, people);
  for (const auto& each : options.publish) publish(each);
  if (options.idle == Idle::kStop) needed_.every(kNeededPollMs, [this] { look_whether_needed(); });
}

void LiveStream::show(const Output& output, People& people) {
  Shown& shown = *shown_.emplace_back(std::make_unique<Shown>(Shown{stream_name(name_, output), output}));
  shown.viewers = std::make_unique<Viewers>(
      shown.name, people, *producer_, output, reaper_, ice_, shown.metrics,
      Viewers::Facts{[this] { return now(); }, [this, &output] { return stream_info(output); },
                     [&shown] { return values(shown.model_states); },
                     [this] { return window_ ? std::optional(window_->state()) : std::nullopt; },
                     [this](const protocol::Input& input) { return do_in_window(input); }});
}

std::optional<protocol::Error> LiveStream::do_in_window(const protocol::Input& input) {
  if (window_) return window_->input(input), std::nullopt;
  return protocol::Error{"unexpected",
                         "this stream is no window of a program: it has no use for keys, mouse and sliders"};
}

void LiveStream::show_window() {
  window_->set_events({.changed =
                           [this] {
                             for (const auto& shown : shown_)
                               for (const auto& viewer : shown->viewers->all()) viewer->send_window();
                             events_.changed();
                           },
                       .show = [this](const Still* still) { return show(still); },
                       .warning = [this](const std::string& message) { warn(message); }});
}

::Shown LiveStream::show(const Still* still) {
  if (producer_->resting() == Producer::Rest::kResting) return ::Shown::kNobody;
  const auto frame = still ? producer_->give(still->sample) : std::nullopt;
  if (!frame) return ::Shown::kNotYet;
  if (!still->objects) return ::Shown::kYes;
  protocol::Result result;
  result.frame = *frame;
  result.model = "program";
  result.width = static_cast<int>(still->width), result.height = static_cast<int>(still->height);
  result.objects = *still->objects;
  result.whole = false;
  for (const auto& shown : shown_) send_result(*shown, result);
  return ::Shown::kYes;
}

void LiveStream::publish(const PublishOptions& options) {
  const auto found =
      std::ranges::find_if(shown_, [&options](const auto& shown) { return shown->output.name() == options.output; });
  if (found != shown_.end()) {
    Shown& shown = **found;
    shown.publisher = std::make_unique<Publisher>(options, shown.output, reaper_, ice_, publisher_events(shown));
    return;
  }
  if (options.output.empty())
    throw UserError("--publish: the pipeline has several streams; say which one, --publish=NAME=URL; there is: " +
                    listed(names()));
  throw UserError("--publish: the pipeline has no webrtcbin \"" + options.output + "\" that is a stream of its own" +
                  (names().front().empty() ? "" : "; there is: " + listed(names())));
}

LiveStream::Shown& LiveStream::shown_of(const Output& output) const {
  return **std::ranges::find_if(shown_, [&output](const auto& shown) { return &shown->output == &output; });
}

std::vector<std::string> LiveStream::names() const {
  std::vector<std::string> names;
  names.reserve(shown_.size());
  for (const auto& shown : shown_) names.push_back(shown->name);
  return names;
}

bool LiveStream::has(const std::string& stream) const {
  return std::ranges::any_of(shown_, [&stream](const auto& shown) { return shown->name == stream; });
}

Viewers& LiveStream::viewers(const std::string& stream) const {
  return *(*std::ranges::find_if(shown_, [&stream](const auto& shown) { return shown->name == stream; }))->viewers;
}

void LiveStream::start() {
  started_at_ = g_get_monotonic_time();
  epoch_.learn(unix_ms(), producer_->running_ms());
  producer_->start();
  if (window_) show_window();
}

void LiveStream::every_second() {
  const std::chrono::microseconds waited(g_get_monotonic_time() - started_at_);
  if (!running_ && started_at_ != 0 && waited > deadlines().first_frame) {
    events_.say(Level::kNotice, "no picture from the pipeline yet; still waiting for its source");
    started_at_ = 0;
  }
  epoch_.learn(unix_ms(), producer_->running_ms());
  for (const auto& shown : shown_) {
    for (const auto& viewer : shown->viewers->all()) {
      viewer->send_stream_info();
      viewer->check_deadline();
    }
    if (shown->publisher) shown->publisher->check_deadline();
  }
}

// A picture, a place for one, or results alone: what is not looked at needs nothing.
bool LiveStream::needed() const {
  return producer_->wanted() || g_get_monotonic_time() - expected_at_ < G_USEC_PER_SEC ||
         std::ranges::any_of(shown_, [](const auto& shown) {
           return shown->publisher || shown->viewers->waiting() > 0 || shown->viewers->needs_results();
         });
}

void LiveStream::expect() {
  expected_at_ = g_get_monotonic_time();
}

bool LiveStream::on_its_way(const std::string& stream) const {
  return !producer_->trouble() && std::ranges::any_of(shown_, [&stream](const auto& shown) {
    return shown->name == stream && !shown->output.has_key_frames();
  });
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
    if (window_) window_->wake();
  } else {
    if (needed_at_ == 0) needed_at_ = now;
    if (rests || std::chrono::microseconds(now - needed_at_) < deadlines().idle) return;
    g_info("%snobody watches: the source is stopped", label_.c_str());
    producer_->rest();
  }
  events_.changed();
  send_stream_info();
}

void LiveStream::end(const std::function<protocol::Error(const std::string&)>& why) {
  needed_.stop();
  if (window_) window_->set_events({});
  for (const auto& shown : shown_) {
    shown->viewers->end(why(shown->name));
    if (shown->publisher) shown->publisher->end();
  }
  producer_->stop();
}

bool LiveStream::ended() const {
  return std::ranges::all_of(shown_, [](const auto& shown) { return !shown->publisher || shown->publisher->ended(); });
}

std::vector<StreamFigures> LiveStream::figures() const {
  std::vector<StreamFigures> figures;
  figures.reserve(shown_.size());
  for (const auto& shown : shown_)
    figures.push_back({.name = shown->name,
                       .metrics = shown->metrics,
                       .output = shown->output,
                       .running = running_,
                       .lost = producer_->trouble().has_value(),
                       .viewers = shown->viewers->seated(),
                       .waiting = shown->viewers->waiting(),
                       .asleep = producer_->resting() == Producer::Rest::kResting,
                       .publishing = shown->publisher && shown->publisher->connected()});
  return figures;
}

Producer::Events LiveStream::producer_events() {
  Producer::Events events;
  events.started = [this] {
    running_ = true;
    events_.started();
    for (const auto& shown : shown_)
      if (shown->publisher) shown->publisher->start();
  };
  events.could_not_start = [this](const std::string& message) {
    return events_.could_not_start(message + (set_in_caps_.empty() ? "" : " (with " + set_in_caps_ + ")"));
  };
  events.lost = [this] {
    for (const auto& shown : shown_) shown->metrics.add_source_loss();
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
  events.inference = events_.inference;
  events.result = [this](const Output& output, const protocol::Result& result) {
    send_result(shown_of(output), result);
  };
  events.model = [this](const auto& outputs, const protocol::ModelState& state) { set_model_state(outputs, state); };
  events.property = [this](const protocol::Property& property) {
    for (const auto& shown : shown_)
      for (const auto& viewer : shown->viewers->all()) viewer->send_property(property);
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

Publisher::Events LiveStream::publisher_events(const Shown& shown) {
  return {.next_number = [&shown] { return shown.viewers->next_number(); },
          .stream_info = [this, &shown] { return stream_info(shown.output); },
          .connected = [this](const std::string& message) { events_.say(Level::kNotice, message); },
          .lost = [this](const std::string& message) { warn(message); }};
}

void LiveStream::warm_up() {
  try {
    ViewerPipeline viewer =
        make_viewer_pipeline(shown_.front()->output, Ice{.addresses = ice_.addresses}, {}, "warm-up");
    const auto streams = add_streams(viewer, shown_.front()->output);
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

protocol::StreamInfo LiveStream::stream_info(const Output& output) const {
  const auto& trouble = producer_->trouble();
  protocol::StreamInfo info;
  info.epoch = epoch_.ms();
  if (const auto& picture = output.streams().front()->top().picture(); picture && picture->rows > 0)
    info.stamp = protocol::Stamp{picture->rows, picture->cell};
  for (const auto& rung : output.streams().front()->rungs()) {
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
protocol::StreamState LiveStream::state(const std::string& stream) const {
  const auto& trouble = producer_->trouble();
  if (producer_->resting() == Producer::Rest::kResting)
    return {stream, "asleep", "nobody watches; it begins again when somebody does"};
  if (trouble) return {stream, "lost", "the source is lost: " + *trouble};
  if (producer_->resting() == Producer::Rest::kWaking) return {stream, "starting", "the source begins again"};
  return running_ ? protocol::StreamState{stream, "live", ""}
                  : protocol::StreamState{stream, "starting", "no picture from the pipeline yet"};
}

std::vector<protocol::StreamState> LiveStream::states() const {
  std::vector<protocol::StreamState> states;
  states.reserve(shown_.size());
  for (const auto& shown : shown_) states.push_back(state(shown->name));
  if (window_)
    for (auto& state : states) state.window = window_->state().title;
  return states;
}

double LiveStream::now() const {
  return epoch_.ms() + producer_->running_ms();
}

void LiveStream::send_result(Shown& shown, const protocol::Result& result) {
  shown.metrics.add_result(result.model, result.ms);
  if (shown.viewers->empty()) return;
  const std::string encoded = protocol::encode(result);
  for (const auto& viewer : shown.viewers->all()) viewer->send_result(encoded);
}

void LiveStream::set_model_state(const std::vector<const Output*>& outputs, protocol::ModelState state) {
  state.since = now();
  const bool failed = state.state == "failed";
  if (failed)
    events_.say(Level::kError, state.model + ": " + state.message);
  else
    g_info("the model %s is %s", state.model.c_str(), state.state.c_str());
  for (const auto* output : outputs) {
    Shown& shown = shown_of(*output);
    if (failed) shown.metrics.add_model_failure(state.model);
    shown.model_states[state.model] = state;
    for (const auto& viewer : shown.viewers->all()) viewer->send_model_state(state);
  }
}

void LiveStream::send_stream_info() {
  for (const auto& shown : shown_)
    for (const auto& viewer : shown->viewers->all()) viewer->send_stream_info();
}
