// SPDX-License-Identifier: LGPL-2.1-or-later
// cv-test-viewer: watches cv-launch as a browser would, counts instead of decoding, and prints one line of JSON a
// second and viewer.
#include <glib-unix.h>
#include <gst/gst.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <vector>

#include "viewer.h"

namespace {

constexpr const char* kDescription =
    "Exit status: 0 ended by SIGTERM, SIGINT or --duration; 1 something failed here; 2 the server closed the\n"
    "connection (its error is in the last line).\n\n"
    "Example: cv-test-viewer --duration=10 ws://127.0.0.1:8080/ws";

gboolean quit(gpointer loop) {
  g_main_loop_quit(static_cast<GMainLoop*>(loop));
  return G_SOURCE_REMOVE;
}

}  // namespace

int main(int argc, char** argv) {
  gboolean noCandidates = FALSE, noPing = FALSE, falseFingerprint = FALSE, noChannels = FALSE, listFrames = FALSE,
           nack = FALSE, reports = FALSE;
  g_auto(GStrv) control = nullptr;
  g_auto(GStrv) addresses = nullptr;
  gint controlInterval = 0, duration = 0, interval = 1000, count = 1;
  const GOptionEntry entries[] = {
      {"duration", 0, 0, G_OPTION_ARG_INT, &duration, "End after so many seconds", "S"},
      {"interval", 0, 0, G_OPTION_ARG_INT, &interval, "Print a line so often (default: 1000)", "MS"},
      {"viewers", 0, 0, G_OPTION_ARG_INT, &count, "So many at once; the first that fails ends all (default: 1)", "N"},
      {"list-frames", 0, 0, G_OPTION_ARG_NONE, &listFrames,
       "The last line names the ids of all frames, key frames and results", nullptr},
      {"nack", 0, 0, G_OPTION_ARG_NONE, &nack, "Ask for lost packets again, as browsers do", nullptr},
      {"reports", 0, 0, G_OPTION_ARG_NONE, &reports, "Say which packets came, and when (transport-cc), as browsers do",
       nullptr},
      {"address", 0, 0, G_OPTION_ARG_STRING_ARRAY, &addresses,
       "Receive media at no other one; given again, it is the next viewer's", "IP"},
      {"no-candidates", 0, 0, G_OPTION_ARG_NONE, &noCandidates, "Send no ICE candidates", nullptr},
      {"no-ping", 0, 0, G_OPTION_ARG_NONE, &noPing, "Send no heartbeat", nullptr},
      {"false-fingerprint", 0, 0, G_OPTION_ARG_NONE, &falseFingerprint, "Name another certificate", nullptr},
      {"no-channels", 0, 0, G_OPTION_ARG_NONE, &noChannels, "Let no data channel open", nullptr},
      {"control", 0, 0, G_OPTION_ARG_STRING_ARRAY, &control,
       "Send this on the control channel; given again, it is sent after that", "TEXT"},
      {"control-interval", 0, 0, G_OPTION_ARG_INT, &controlInterval, "Send the next of them so often, in turn", "MS"},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  g_autoptr(GOptionContext) context = g_option_context_new("WS-ADDRESS");
  g_option_context_set_description(context, kDescription);
  g_option_context_add_main_entries(context, entries, nullptr);
  g_option_context_add_group(context, gst_init_get_option_group());
  g_autoptr(GError) error = nullptr;
  if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2 || duration < 0 || controlInterval < 0 ||
      interval < 1 || count < 1) {
    g_printerr("cv-test-viewer: %s; see --help\n", error != nullptr ? error->message : "give one ws:// address");
    return 1;
  }

  Options options;
  options.url = argv[1];
  options.candidates = noCandidates == FALSE;
  options.ping = noPing == FALSE;
  options.falseFingerprint = falseFingerprint != FALSE;
  options.channels = noChannels == FALSE;
  options.nack = nack != FALSE;
  options.reports = reports != FALSE;
  options.listFrames = listFrames != FALSE;
  for (char** text = control; text != nullptr && *text != nullptr; ++text) options.control.emplace_back(*text);
  options.interval = static_cast<unsigned>(interval);
  options.controlInterval = static_cast<unsigned>(controlInterval);

  g_autoptr(GMainLoop) loop = g_main_loop_new(nullptr, FALSE);
  g_unix_signal_add(SIGTERM, quit, loop);
  g_unix_signal_add(SIGINT, quit, loop);
  if (duration > 0) g_timeout_add_seconds(static_cast<guint>(duration), quit, loop);
  using Viewers = std::vector<std::unique_ptr<Viewer>>;
  Viewers viewers;
  const guint known = addresses != nullptr ? g_strv_length(addresses) : 0;
  for (options.number = 0; options.number < static_cast<unsigned>(count); ++options.number) {
    options.address = known > 0 ? addresses[options.number % known] : "";
    viewers.push_back(std::make_unique<Viewer>(options, loop));
  }
  auto start = [](gpointer data) {
    for (const auto& viewer : *static_cast<Viewers*>(data)) viewer->start();
  };
  g_idle_add_once(start, &viewers);
  g_main_loop_run(loop);
  for (const auto& viewer : viewers) g_print("%s\n", viewer->report(true).c_str());
  int exitCode = 0;
  for (const auto& viewer : viewers) exitCode = std::max(exitCode, viewer->exitCode());
  return exitCode;
}
