// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app.h"

#include <glib-unix.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/credentials.h"
#include "base/deadlines.h"
#include "base/log.h"
#include "base/unguessable.h"
#include "end_signals.h"
#include "pipe/launch_errors.h"
#include "viewer/ice_check.h"
#include "viewer/local_address.h"
#include "woken_in_turn.h"

namespace {

constexpr unsigned kPort = 8080;
constexpr guint kLastPicturesMs = 300;
constexpr int kNotFound = 127;  // as shells have it
constexpr guint kEndPollMs = 10;
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

// Where a part is that the programs need which are run.
std::string place_of(const char* variable, const char* installed) {
  const char* other = g_getenv(variable);
  return other ? other : installed;
}

std::string before_others(const std::string& ours, const char* variable) {
  const char* others = g_getenv(variable);
  return others && *others ? ours + ":" + others : ours;
}

// What OpenCV does not hand to its plugins. The linker would complain, in each process, of what it can't load.
void add_preloaded(const std::string& library, std::map<std::string, std::string>& variables) {
  if (library.find_first_of(": ") != std::string::npos || !g_file_test(library.c_str(), G_FILE_TEST_EXISTS)) return;
  const char* others = g_getenv("LD_PRELOAD");
  variables["LD_PRELOAD"] = others && *others ? std::string(others) + ":" + library : library;
  // a program that is built with AddressSanitizer would end at once, as that does not come first
  variables["ASAN_OPTIONS"] = before_others("verify_asan_link_order=0", "ASAN_OPTIONS");
}

// A program may show its windows in frames, as a notebook does: it is told the key of them.
std::string frame_key_of(const Options& options) {
  const std::string given = frame_key();
  return given.empty() && !options.command.empty() ? unguessable() : given;
}

// One that nobody watches may sleep.
bool is_well(const protocol::StreamState& stream) {
  return stream.state == "live" || stream.state == "asleep";
}

}  // namespace

App::App(const Options& options, const std::vector<std::string>& folders, Service& service,
         std::function<Options()> again)
    : options_(options),
      folders_(folders),
      again_(std::move(again)),
      service_(service),
      opening_(opening_of(options_.host, !options_.public_origins.empty() || !options_.allowed_origins.empty(),
                          options_.auth)),
      frame_key_(frame_key_of(options_)),
      ice_(checked_ice(options_.ice, media_addresses(options_.host))),
      loop_(g_main_loop_new(nullptr, FALSE)),
      streams_(std::make_unique<Streams>(folders, options_.max_viewers, reaper_, ice_, stream_events())),
      shared_(*streams_, reaper_, ice_, metrics_, options_.max_viewers),
      list_([this] { return streams_->list(); }, [this](const std::string& code) { metrics_.add_refusal(code); }),
      server_(std::make_unique<Server>(server_events(), opening_.access,
                                       Origins(options_.public_origins, options_.allowed_origins, frame_key_),
                                       certificate_of(options_))) {
  require_elements();
  if (options_.window)
    windows_ = std::make_unique<WindowStreams>(*options_.window, options_.windows_socket, folders, *streams_);
  if (!options_.streams.empty()) {
    check_shared_settings(options_.streams, folders);
    for (const auto& stream : options_.streams) streams_->open(stream);
    if (!streams_->any()) throw UserError("no stream can start");
    check_ports(options_.ice.udp_ports, options_.max_viewers * static_cast<unsigned>(streams_->names().size()));
  }
  listen();
}

// Windows are to be seen, whatever else has the usual port.
void App::listen() {
  if (options_.port || !options_.window) return server_->listen(options_.host, options_.port.value_or(kPort));
  try {
    server_->listen(options_.host, kPort);
  } catch (const UserError&) {
    server_->listen(options_.host, 0);
  }
}

int App::run() {
  if (options_.command.empty()) on_end_signal([this] { shut_down(); });
  watch_hangup();
  second_.every(1000, [this] { every_second(); });
  if (named()) tell_address();
  streams_->start();
  if (windows_) be_woken_in_turn();
  if (!options_.command.empty()) run_command();
  // it listens. A camera may take longer to open than a manager waits, and is opened again when it comes back later
  service_.ready(source_state());
  g_main_loop_run(loop_);
  g_main_loop_unref(loop_);
  status_.end();
  return exit_status_;
}

void App::run_command() {
  const std::string folder = place_of("CV_OPENCV_PLUGINS", CV_OPENCV_PLUGINS);
  const std::string plugin = folder + "/libopencv_highgui_cvlaunch.so";
  if (!g_file_test(plugin.c_str(), G_FILE_TEST_EXISTS))
    say(Level::kError, plugin + " is not there, so the windows of OpenCV can't be shown; install cv-launch again");
  // OPENCV_UI_PLUGIN_CVLAUNCH, which would name the file itself, is broken in OpenCV 4.6
  // pip's OpenCV can't take the plugin: windows/python/run/ has it shown by the package cv_launch
  const std::string python = place_of("CV_LAUNCH_PYTHON", CV_LAUNCH_PYTHON);
  std::map<std::string, std::string> variables{
      {"CV_LAUNCH_WINDOWS", windows_->socket()},
      {"CV_LAUNCH_ADDRESS", server_->url()},
      {"CV_LAUNCH_FRAME_KEY", frame_key_},
      {"CV_LAUNCH_LIBRARY", place_of("CV_LAUNCH_LIBRARY", CV_LAUNCH_LIBRARY)},
      {"PYTHONPATH", before_others(python + "/run:" + python, "PYTHONPATH")},
      {"OPENCV_CORE_PLUGIN_PATH", before_others(folder, "OPENCV_CORE_PLUGIN_PATH")},
      {"OPENCV_UI_PRIORITY_LIST", "CVLAUNCH"}};
  add_preloaded(folder + "/libcv-launch-preload.so", variables);
  try {
    command_ = std::make_unique<Command>(options_.command, variables, [this](int status, const std::string& how) {
      exit_status_ = status;
      why_ = how;
      windows_->end(how);
      // what it showed last is still on its way to who watches
      last_pictures_.once(streams_->seated() > 0 ? kLastPicturesMs : 0, [this] { shut_down(); });
    });
  } catch (const UserError& error) {
    say(Level::kError, error.what());
    exit_status_ = kNotFound;
    shut_down();
  }
}

// In a terminal with nothing to read again SIGHUP ends us, as when the terminal is closed. A service has no terminal,
// and its manager would not start one again that a "reload" has ended.
void App::watch_hangup() {
  if (server_->certificate()) tell_doubt(*server_->certificate());
  if (!server_->certificate() && !options_.config && !service_.managed()) return;
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
  if (server_->certificate()) reload_certificate();
  if (options_.config) reload_streams();
  if (!server_->certificate() && !options_.config)
    say(Level::kNotice, "there is no certificate and no config to be read again");
  service_.ready(source_state());
}

void App::reload_certificate() {
  try {
    server_->certificate()->reload();
    say(Level::kNotice, "the certificate has been read again");
    tell_doubt(*server_->certificate());
  } catch (const UserError& error) {
    say(Level::kError, std::string("the certificate stays as it was: ") + error.what());
  }
}

void App::reload_streams() {
  try {
    const Options now = again_();
    if (!now.streams.empty()) check_shared_settings(now.streams, folders_);
    if (!now.streams.empty() && now.streams.front().name.empty())
      throw UserError("a stream without a name can't take the place of others");
    streams_->become(now.streams);
    say(Level::kNotice,
        "the config has been read again" +
            std::string(now.of_server == options_.of_server
                            ? ""
                            : "; what [cv-launch] says of the server itself counts from its next start"));
  } catch (const UserError& error) {
    say(Level::kError, "the streams stay as they were: " + without_credentials(error.what()));
  }
}

// For the service's manager, which shows it to everybody: without the token.
std::string App::source_state() const {
  const auto streams = streams_->list().streams;
  if (streams.size() == 1 && streams.front().name.empty()) {
    const auto& stream = streams.front();
    if (stream.state == "asleep") return "asleep: " + stream.message;
    if (stream.state == "lost") return "the source is lost, retrying: " + *streams_->find("")->producer().trouble();
    return stream.state == "live" ? "live at " + server_->url() : "waiting for the source's first picture";
  }
  std::string text;
  const auto count = [&streams](const char* state) {
    return std::to_string(std::ranges::count(streams, state, &protocol::StreamState::state));
  };
  for (const auto& stream : streams)
    if (!is_well(stream)) text += "; " + stream.name + ": " + stream.message;
  return count("live") + " of " + std::to_string(streams.size()) + " streams live, " + count("asleep") +
         " asleep, at " + server_->url() + text;
}

void App::tell_address() {
  // behind "#" a browser keeps it to itself: it is in no log and in no Referer
  const std::string& token = opening_.made_up;
  std::FILE* to = options_.command.empty() ? stdout : stderr;  // a program's output is its own
  std::fprintf(to, "%s%s%s\n", server_->url().c_str(), token.empty() ? "" : "#token=", token.c_str());
  std::fflush(to);
}

Streams::Events App::stream_events() {
  return {.started =
              [this](const std::vector<std::string>& names) {
                if (!named()) tell_address();
                if (!options_.command.empty()) return;
                for (const auto& name : names) {
                  if (name.empty()) continue;
                  status_.end();
                  say(Level::kNotice, name + ": live at " + server_->url() + name + "/");
                }
              },
          .could_not_start =
              [this](const std::string& message) {
                say(Level::kError, "the pipeline can't start: " + message);
                exit_status_ = 1;
                shut_down();
              },
          .changed =
              [this] {
                if (ending_.running()) return;
                service_.set_status(source_state());
                list_.changed();
              },
          .say =
              [this](Level level, const std::string& message) {
                status_.end();
                say(level, message);
              },
          .inference = [this](std::optional<double> ms) { status_.add_result(ms); }};
}

Server::Events App::server_events() {
  Server::Events events;
  events.connected = [this](const std::shared_ptr<Peer>& peer) { connected(peer); };
  events.message = [this](const std::shared_ptr<Peer>& peer, std::string_view text) {
    const Request& request = peer->request();
    if (request.list) return list_.handle(peer, text);
    if (!request.streams.empty()) return shared_.handle(peer, text);
    if (LiveStream* stream = streams_->find(request.stream)) stream->viewers(request.stream).handle(peer, text);
  };
  events.closed = [this](const std::shared_ptr<Peer>& peer) {
    const Request& request = peer->request();
    if (request.list) return list_.leave(peer);
    if (!request.streams.empty()) return shared_.leave(peer);
    if (LiveStream* stream = streams_->find(request.stream)) stream->viewers(request.stream).leave(peer);
  };
  events.refused = [this](const std::string& code) { metrics_.add_refusal(code); };
  events.streams = [this] { return streams_->names(); };
  events.windows = options_.window.has_value();
  events.is_window = [this](const std::string& stream) { return windows_ && windows_->has(stream); };
  events.picture = [this](const std::string& stream, const std::string& name, Server::Picture reply) {
    if (windows_) return windows_->fetch_picture(stream, name, std::move(reply));
    reply(nullptr);
  };
  events.stream_of = [this](const std::string& window) {
    // who needs a token is not told which windows there are
    return windows_->stream_of(window, !opening_.access.needs_token());
  };
  events.health = [this](const std::string& stream) { return health(stream); };
  events.metrics = [this] { return metrics_text(streams_->figures(), metrics_); };
  return events;
}

void App::connected(const std::shared_ptr<Peer>& peer) {
  const Request& request = peer->request();
  if (request.list) return list_.add(peer);
  if (!request.streams.empty()) return shared_.add(peer);
  if (LiveStream* stream = streams_->find(request.stream)) return stream->viewers(request.stream).add(peer);
  metrics_.add_refusal("no-stream");
  peer->refuse({"no-stream", streams_->absence(request.stream, peer->rights())}, Peer::kStranger);
}

// Who starts a server again that is not well would end all streams, so it is well while one of them is.
Server::Health App::health(const std::string& stream) const {
  Server::Health health{.well = stream.empty() && options_.window, .text = ""};
  for (const auto& one : streams_->list().streams) {
    const auto& [name, state, message, window] = one;
    if (!stream.empty() && name != stream) continue;
    if (is_well(one))
      health.well = true;
    else
      health.text += (health.text.empty() ? "" : "\n") + (name.empty() || !stream.empty() ? "" : name + ": ") + message;
  }
  return health;
}

void App::every_second() {
  std::string trouble;
  for (const auto& stream : streams_->list().streams)
    if ((stream.state == "lost" || stream.state == "failed") && trouble.empty())
      trouble = (stream.name.empty() ? "" : stream.name + ": ") + stream.message;
  if (options_.command.empty()) status_.update(streams_->seated(), streams_->frames(), trouble);
  streams_->every_second();
  list_.check_deadlines();
}

void App::shut_down() {
  if (ending_.running()) return;
  service_.stopping();
  second_.stop();
  if (windows_) windows_->end(why_);
  shared_.end(why_);
  streams_->end(why_);
  list_.end(why_);
  server_->stop();
  const gint64 limit = g_get_monotonic_time() + std::chrono::microseconds(deadlines().end).count();
  ending_.every(kEndPollMs, [this, limit] {
    const bool done = reaper_.waiting() == 0 && server_->idle() && streams_->ended();
    if (done || g_get_monotonic_time() > limit) g_main_loop_quit(loop_);
  });
}
