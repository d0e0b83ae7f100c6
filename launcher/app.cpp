// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app.h"

#include <glib-unix.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>

#include "base/deadlines.h"
#include "base/log.h"
#include "end_signals.h"
#include "pipe/launch_errors.h"
#include "pipe/value_check.h"
#include "viewer/ice_check.h"
#include "viewer/local_address.h"
#include "viewer/socket_viewer.h"
#include "viewer/viewer_pipeline.h"
#include "viewer/webrtc_viewer.h"

namespace {

constexpr guint kEndPollMs = 10;
// Viewers who do not get their video yet: from one network, and in all where there are fewer places.
constexpr std::size_t kWaitingOfOne = 10;
constexpr std::size_t kWaiting = 16;

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

constexpr const char* kForbidden = "this viewer may watch, but not change what all viewers see";

// What a viewer says that its network carries, in bit/s.
std::optional<double> downlink_of(const Request& request) {
  constexpr guint64 kMost = 1'000'000'000'000;
  const auto found = request.query.find("downlink");
  guint64 bits = 0;
  if (found == request.query.end() || !g_ascii_string_to_unsigned(found->second.c_str(), 10, 1, kMost, &bits, nullptr))
    return std::nullopt;
  return static_cast<double>(bits);
}

std::unique_ptr<Certificate> certificate_of(const Options& options) {
  return options.cert.empty() ? nullptr : std::make_unique<Certificate>(options.cert, options.key);
}

void tell_doubt(const Certificate& certificate) {
  if (!certificate.doubt().empty()) say(Level::kWarning, certificate.doubt() + "; browsers will not take it");
}

protocol::Error full(unsigned places) {
  if (places == 0) return {"full", "nobody can watch here (--max-viewers=0); this server only publishes"};
  return {"full", "all " + std::to_string(places) + " places are taken; try again later"};
}

protocol::Error busy() {
  return {"busy", "too many who have not begun to watch yet; try again"};
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
                                       certificate_of(options_))),
      waiting_(kWaitingOfOne, std::max<std::size_t>(kWaiting, options_.max_viewers)) {
  require_elements();
  set_in_caps_ = set_in_caps(pipe);
  producer_ = std::make_shared<Producer>(std::move(pipe), reaper_, producer_events());
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
    for (const auto& [peer, viewer] : viewers_) viewer->send_stream_info();
  };
  events.back = [this] {
    status_.end();
    say(Level::kNotice, "the source is back");
    service_.set_status(source_state());
    for (const auto& [peer, viewer] : viewers_) viewer->send_stream_info();
  };
  events.result = [this](const protocol::Result& result) { send_result(result); };
  events.model = [this](const protocol::ModelState& state) { set_model_state(state); };
  events.property = [this](const protocol::Property& property) {
    for (const auto& [peer, viewer] : viewers_) viewer->send_property(property);
  };
  events.warning = [this](const std::string& message) { warn(message); };
  return events;
}

// An element may warn of each packet that it can't send.
void App::warn(const std::string& message) {
  if (!warnings_.is_news(message, std::chrono::microseconds(g_get_monotonic_time()))) return;
  status_.end();
  say(Level::kWarning, message);
}

Publisher::Events App::publisher_events() {
  return {.next_number = [this] { return next_viewer_++; },
          .stream_info = [this] { return stream_info(); },
          .connected =
              [this](const std::string& message) {
                status_.end();
                say(Level::kNotice, message);
              },
          .lost = [this](const std::string& message) { warn(message); }};
}

Server::Events App::server_events() {
  Server::Events events;
  events.connected = [this](const std::shared_ptr<Peer>& peer) { add_viewer(peer); };
  events.message = [this](const std::shared_ptr<Peer>& peer, std::string_view text) {
    const auto found = viewers_.find(peer);
    if (found == viewers_.end()) return;
    const auto viewer = found->second;  // handle() may take the viewer out of the map
    viewer->handle(text);
  };
  events.closed = [this](const std::shared_ptr<Peer>& peer) { end_viewer(peer); };
  events.refused = [this](const std::string& code) { metrics_.add_refusal(code); };
  events.ailment = [this] { return ailment(); };
  events.metrics = [this] {
    return metrics_.text({.running = running_,
                          .viewers = seated_.size(),
                          .waiting = viewers_.size() - seated_.size(),
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

void App::add_viewer(const std::shared_ptr<Peer>& peer) {
  if (seated_.size() >= options_.max_viewers) return drop_viewer(peer, full(options_.max_viewers));
  if (!let_in(peer)) return drop_viewer(peer, busy());
  const auto downlink = downlink_of(peer->request());
  const std::string believes =
      downlink ? ", and believes that its network carries " + std::to_string(std::lround(*downlink / 1000)) + " kbit/s"
               : "";
  const auto wanted = peer->request().query.find("transport");
  const bool by_socket = wanted != peer->request().query.end() && wanted->second == "socket";
  g_info("a viewer joins from %s%s%s; %zu now", peer->request().address.c_str(), by_socket ? " by WebSocket" : "",
         believes.c_str(), viewers_.size() + 1);
  start_viewer(peer, by_socket);
}

// A stranger who only comes and goes, or does not answer, takes no place, and not much of our time.
bool App::let_in(const std::shared_ptr<Peer>& peer) {
  const std::string& address = peer->request().address;
  // this machine's own programs need not be told from each other: any of them could do worse
  const bool own = is_loopback(address);
  const std::string network = own ? std::to_string(next_viewer_) : network_of(address);
  const auto [taken, leaves] = waiting_.enter(peer.get(), network);
  if (leaves) {
    const auto other =
        std::ranges::find_if(viewers_, [guest = leaves](const auto& one) { return one.first.get() == guest; });
    if (other != viewers_.end()) drop_viewer(std::shared_ptr(other->first), busy());
  }
  if (!taken) return false;
  if (own || pace_.come(network, static_cast<double>(g_get_monotonic_time()) / 1e6)) return true;
  waiting_.leave(peer.get());
  return false;
}

// It gets what it is sent.
void App::seat(const std::shared_ptr<Peer>& peer) {
  if (seated_.contains(peer.get())) return;
  if (seated_.size() >= options_.max_viewers) return drop_viewer(peer, full(options_.max_viewers));
  waiting_.leave(peer.get());
  pace_.stayed(network_of(peer->request().address));
  seated_.insert(peer.get());
}

void App::end_viewer(const std::shared_ptr<Peer>& peer) {
  waiting_.leave(peer.get());
  seated_.erase(peer.get());
  const auto found = viewers_.extract(peer);
  if (!found.empty()) found.mapped()->end();
}

// In place of the one that it had.
void App::start_viewer(const std::shared_ptr<Peer>& peer, bool by_socket) {
  Viewer::Events events;
  const std::weak_ptr<Peer> weak = peer;
  events.signal = [weak](const protocol::ServerSignal& message) {
    if (const auto held = weak.lock()) held->send(protocol::encode(message));
  };
  events.send = [weak](const std::string& json) {
    if (const auto held = weak.lock()) held->send(json);
  };
  events.send_bytes = [weak](GBytes* bytes) {
    if (const auto held = weak.lock()) held->send_bytes(bytes);
  };
  events.failed = [this, weak](const protocol::Error& error) {
    if (const auto held = weak.lock()) drop_viewer(held, error);
  };
  events.stays = [this, weak, by_socket] {
    const auto held = weak.lock();
    if (!held) return;
    seat(held);
    if (seated_.contains(held.get())) metrics_.add_join(by_socket);
  };
  events.wants_socket = [this, weak] {
    if (const auto held = weak.lock()) start_viewer(held, true);
  };
  events.now = [this] { return now(); };
  events.stream_info = [this] { return stream_info(); };
  events.model_states = [this] {
    std::vector<protocol::ModelState> states;
    states.reserve(model_states_.size());
    for (const auto& [model, state] : model_states_) states.push_back(state);
    return states;
  };
  events.properties = [this] { return producer_->properties(); };
  events.may_control = peer->rights().control;
  events.set_property = [this, may = events.may_control](const protocol::SetRequest& request) {
    return may ? producer_->set_property(request) : std::optional(protocol::Error{"forbidden", kForbidden});
  };
  const unsigned number = next_viewer_++;
  const auto downlink = downlink_of(peer->request());
  auto& place = viewers_[peer];
  if (place) place->end();
  if (by_socket) {
    const auto viewer = std::make_shared<SocketViewer>(*producer_, number, std::move(events));
    place = viewer;
    viewer->start(downlink);
  } else {
    const auto viewer = std::make_shared<WebrtcViewer>(*producer_, reaper_, number, std::move(events));
    place = viewer;
    viewer->start(ice_, downlink);
  }
}

void App::drop_viewer(const std::shared_ptr<Peer>& peer, const protocol::Error& error) {
  metrics_.add_refusal(error.code);
  end_viewer(peer);
  g_info("a viewer is dropped (%s: %s); %zu now", error.code.c_str(), error.message.c_str(), viewers_.size());
  peer->send(protocol::encode(protocol::ServerSignal(error)));
  if (error.code == "busy") return peer->close(SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, error.code, Peer::kStranger);
  peer->close(error.code == "shutdown" ? SOUP_WEBSOCKET_CLOSE_GOING_AWAY : SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
              error.code);
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
  if (viewers_.empty()) return;
  const std::string encoded = protocol::encode(result);
  for (const auto& [peer, viewer] : viewers_) viewer->send_result(encoded);
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
  for (const auto& [peer, viewer] : viewers_) viewer->send_model_state(state);
}

void App::every_second() {
  const auto& trouble = producer_->trouble();
  status_.update(seated_.size(), producer_->frames(), trouble ? "source lost: " + *trouble : "");
  const std::chrono::microseconds waited(g_get_monotonic_time() - started_at_);
  if (!running_ && started_at_ != 0 && waited > deadlines().first_frame) {
    say(Level::kNotice, "no picture from the pipeline yet; still waiting for its source");
    started_at_ = 0;
  }
  epoch_.learn(unix_ms(), producer_->running_ms());
  // a list of its own: check_deadline() may take a viewer out of the map
  std::vector<std::shared_ptr<Viewer>> viewers;
  viewers.reserve(viewers_.size());
  for (const auto& [peer, viewer] : viewers_) viewers.push_back(viewer);
  for (const auto& viewer : viewers) {
    viewer->send_stream_info();
    viewer->check_deadline();
  }
  if (publisher_) publisher_->check_deadline();
}

void App::shut_down() {
  if (ending_.running()) return;
  service_.stopping();
  second_.stop();
  while (!viewers_.empty()) {
    const auto peer = viewers_.begin()->first;
    drop_viewer(peer, {"shutdown", "the server is ending"});
  }
  if (publisher_) publisher_->end();
  producer_->stop();
  server_->stop();
  const gint64 limit = g_get_monotonic_time() + std::chrono::microseconds(deadlines().end).count();
  ending_.every(kEndPollMs, [this, limit] {
    const bool done = reaper_.waiting() == 0 && server_->idle() && (!publisher_ || publisher_->ended());
    if (done || g_get_monotonic_time() > limit) g_main_loop_quit(loop_);
  });
}
