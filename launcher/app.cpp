// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app.h"

#include <glib-unix.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/deadlines.h"
#include "base/log.h"
#include "end_signals.h"
#include "pipe/launch_errors.h"
#include "pipe/value_check.h"
#include "viewer/ice_check.h"
#include "viewer/local_address.h"
#include "viewer/viewer_pipeline.h"

namespace {

constexpr guint kEndPollMs = 10;
double unix_ms() {
  return static_cast<double>(g_get_real_time()) / 1000.0;
}

// webrtcbin looks for these elements only when it needs them. If one is missing, its message does not help the user.
void require_elements() {
  for (const char* name : {"nicesrc", "nicesink", "dtlssrtpenc", "srtpenc", "sctpenc", "rtpbin"}) {
    g_autoptr(GstElementFactory) factory = gst_element_factory_find(name);
    if (factory) continue;
    throw UserError("webrtcbin needs the element \"" + std::string(name) + "\"; apt install " +
                    std::string(debian_package(name)));
  }
}

std::unique_ptr<Certificate> certificate_of(const Options& options) {
  return options.cert.empty() ? nullptr : std::make_unique<Certificate>(options.cert, options.key);
}

void tell_doubt(const Certificate& certificate) {
  if (!certificate.doubt().empty()) say(Level::kWarning, certificate.doubt() + "; browsers will not take it");
}

}  // namespace

App::App(const Options& options, PipeText pipe, Service& service)
    : options_(options),
      service_(service),
      opening_(opening_of(options_.host, !options_.public_origins.empty() || !options_.allowed_origins.empty(),
                          options_.auth)),
      ice_(checked_ice(options_.ice, media_addresses(options_.host))),
      loop_(g_main_loop_new(nullptr, FALSE)),
      server_(std::make_unique<Server>(server_events(), opening_.access,
                                       Origins(options_.public_origins, options_.allowed_origins),
                                       certificate_of(options_))) {
  require_elements();
  set_in_caps_ = set_in_caps(pipe);
  producer_ = std::make_shared<Producer>(std::move(pipe), reaper_, producer_events());
  viewers_ = std::make_unique<Viewers>(
      options_.max_viewers, *producer_, reaper_, ice_, metrics_,
      Viewers::Facts{[this] { return now(); }, [this] { return stream_info(); }, [this] { return model_states(); }});
  if (!options_.publish.url.empty())
    publisher_ = std::make_unique<Publisher>(options_.publish, *producer_, reaper_, ice_, publisher_events());
  server_->listen(options_.host, options_.port);
}

int App::run() {
  on_end_signal([this] { shut_down(); });
  watch_hangup();
  started_at_ = g_get_monotonic_time();
  epoch_.learn(unix_ms(), producer_->running_ms());
  second_.every(1000, [this] { every_second(); });
  producer_->start();
  // it listens. A camera may take longer to open than a manager waits, and is opened again when it comes back later
  service_.ready(source_state());
  g_main_loop_run(loop_);
  g_main_loop_unref(loop_);
  status_.end();
  return exit_status_;
}

// In a terminal without a certificate SIGHUP ends us, as when the terminal is closed. A service has no terminal, and
// its manager would not start one again that a "reload" has ended.
void App::watch_hangup() {
  if (server_->certificate()) tell_doubt(*server_->certificate());
  if (!server_->certificate() && !service_.managed()) return;
  g_unix_signal_add(
      SIGHUP,
      [](gpointer data) -> gboolean {
        static_cast<App*>(data)->reload();
        return G_SOURCE_CONTINUE;
      },
      this);
}

void App::reload() {
  if (ending_.running()) return;
  service_.reloading();
  status_.end();
  try {
    if (Certificate* certificate = server_->certificate()) {
      certificate->reload();
      say(Level::kNotice, "the certificate has been read again");
      tell_doubt(*certificate);
    } else {
      say(Level::kNotice, "there is no certificate to be read again");
    }
  } catch (const UserError& error) {
    say(Level::kError, std::string("the certificate stays as it was: ") + error.what());
  }
  service_.ready(source_state());
}

// For the service's manager, which shows it to everybody: without the token.
std::string App::source_state() const {
  if (const auto& trouble = producer_->trouble()) return "the source is lost, retrying: " + *trouble;
  return running_ ? "live at " + server_->url() : "waiting for the source's first picture";
}

Producer::Events App::producer_events() {
  Producer::Events events;
  events.started = [this] {
    running_ = true;
    warm_up();
    // behind "#" a browser keeps it to itself: it is in no log and in no Referer
    const std::string& token = opening_.made_up;
    std::printf("%s%s%s\n", server_->url().c_str(), token.empty() ? "" : "#token=", token.c_str());
    std::fflush(stdout);
    service_.set_status(source_state());
    if (publisher_) publisher_->start();
  };
  events.could_not_start = [this](const std::string& message) {
    const std::string with = set_in_caps_.empty() ? "" : " (with " + set_in_caps_ + ")";
    say(Level::kError, "the pipeline can't start: " + message + with);
    exit_status_ = 1;
    shut_down();
  };
  events.lost = [this] {
    metrics_.add_source_loss();
    status_.end();
    say(Level::kError, "the source is lost, retrying: " + *producer_->trouble());
    service_.set_status(source_state());
    for (const auto& viewer : viewers_->all()) viewer->send_stream_info();
  };
  events.back = [this] {
    status_.end();
    say(Level::kNotice, "the source is back");
    service_.set_status(source_state());
    for (const auto& viewer : viewers_->all()) viewer->send_stream_info();
  };
  events.result = [this](const protocol::Result& result) { send_result(result); };
  events.model = [this](const protocol::ModelState& state) { set_model_state(state); };
  events.property = [this](const protocol::Property& property) {
    for (const auto& viewer : viewers_->all()) viewer->send_property(property);
  };
  events.warning = [this](const std::string& message) { warn(message); };
  events.notice = [this](const std::string& message) { note(message); };
  return events;
}

void App::note(const std::string& message) {
  status_.end();
  say(Level::kNotice, message);
}

// An element may warn of each packet that it can't send.
void App::warn(const std::string& message) {
  if (!warnings_.is_news(message, std::chrono::microseconds(g_get_monotonic_time()))) return;
  status_.end();
  say(Level::kWarning, message);
}

Publisher::Events App::publisher_events() {
  return {.next_number = [this] { return viewers_->next_number(); },
          .stream_info = [this] { return stream_info(); },
          .connected = [this](const std::string& message) { note(message); },
          .lost = [this](const std::string& message) { warn(message); }};
}

Server::Events App::server_events() {
  Server::Events events;
  events.connected = [this](const std::shared_ptr<Peer>& peer) { viewers_->add(peer); };
  events.message = [this](const std::shared_ptr<Peer>& peer, std::string_view text) { viewers_->handle(peer, text); };
  events.closed = [this](const std::shared_ptr<Peer>& peer) { viewers_->leave(peer); };
  events.refused = [this](const std::string& code) { metrics_.add_refusal(code); };
  events.ailment = [this] { return ailment(); };
  events.metrics = [this] {
    return metrics_.text({.running = running_,
                          .viewers = viewers_->seated(),
                          .waiting = viewers_->waiting(),
                          .publishing = publisher_ && publisher_->connected()},
                         *producer_);
  };
  return events;
}

// The first offer loads libraries and makes the DTLS certificate, which takes 300 ms. An offer now saves the first
// viewer that time.
void App::warm_up() {
  try {
    ViewerPipeline viewer = make_viewer_pipeline(*producer_, Ice{.addresses = ice_.addresses}, {}, "warm-up");
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

std::vector<protocol::ModelState> App::model_states() const {
  std::vector<protocol::ModelState> states;
  states.reserve(model_states_.size());
  for (const auto& [model, state] : model_states_) states.push_back(state);
  return states;
}

protocol::StreamInfo App::stream_info() const {
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
std::string App::ailment() const {
  if (!running_) return "no picture from the pipeline yet";
  return producer_->trouble() ? "the source is lost: " + *producer_->trouble() : "";
}

double App::now() const {
  return epoch_.ms() + producer_->running_ms();
}

void App::send_result(const protocol::Result& result) {
  status_.add_result(result.ms);
  metrics_.add_result(result.model, result.ms);
  if (viewers_->empty()) return;
  const std::string encoded = protocol::encode(result);
  for (const auto& viewer : viewers_->all()) viewer->send_result(encoded);
}

void App::set_model_state(protocol::ModelState state) {
  state.since = now();
  if (state.state == "failed") {
    metrics_.add_model_failure(state.model);
    status_.end();
    say(Level::kError, state.model + ": " + state.message);
  } else {
    g_info("the model %s is %s", state.model.c_str(), state.state.c_str());
  }
  model_states_[state.model] = state;
  for (const auto& viewer : viewers_->all()) viewer->send_model_state(state);
}

void App::every_second() {
  const auto& trouble = producer_->trouble();
  status_.update(viewers_->seated(), producer_->frames(), trouble ? "source lost: " + *trouble : "");
  const std::chrono::microseconds waited(g_get_monotonic_time() - started_at_);
  if (!running_ && started_at_ != 0 && waited > deadlines().first_frame) {
    say(Level::kNotice, "no picture from the pipeline yet; still waiting for its source");
    started_at_ = 0;
  }
  epoch_.learn(unix_ms(), producer_->running_ms());
  for (const auto& viewer : viewers_->all()) {
    viewer->send_stream_info();
    viewer->check_deadline();
  }
  if (publisher_) publisher_->check_deadline();
}

void App::shut_down() {
  if (ending_.running()) return;
  service_.stopping();
  second_.stop();
  viewers_->end();
  if (publisher_) publisher_->end();
  producer_->stop();
  server_->stop();
  const gint64 limit = g_get_monotonic_time() + std::chrono::microseconds(deadlines().end).count();
  ending_.every(kEndPollMs, [this, limit] {
    const bool done = reaper_.waiting() == 0 && server_->idle() && (!publisher_ || publisher_->ended());
    if (done || g_get_monotonic_time() > limit) g_main_loop_quit(loop_);
  });
}
