// SPDX-License-Identifier: LGPL-2.1-or-later
// cv-launch: a GStreamer pipeline, live in browsers.
#include <gst/gst.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "app.h"
#include "base/credentials.h"
#include "base/deadlines.h"
#include "base/descriptors.h"
#include "base/log.h"
#include "core/shorten.h"
#include "options.h"
#include "pipe/pipe_file.h"
#include "service.h"

namespace {

std::vector<std::string> pipeline_folders() {
  std::vector<std::string> folders;
  if (const char* folder = g_getenv("CV_PIPELINES")) folders.emplace_back(folder);
  folders.emplace_back(CV_PIPELINE_DIR);
  return folders;
}

// Prints "name=default" or "name (needed)" for each variable. People read this, and so does the shell's completion.
void print_variables(const Variables& variables) {
  for (const auto& [name, variable] : variables)
    std::printf("%s%s%s\n", name.c_str(), variable.fallback ? "=" : " (needed)",
                variable.fallback.value_or("").c_str());
}

void print(const Options& options, const std::vector<std::string>& folders) {
  if (options.streams.size() > 1)
    throw UserError(std::string(options.print ? "--print" : "--variables") + " is for one pipeline: name only one");
  const auto& stream = options.streams.empty() ? *options.window : options.streams.front();
  const std::string file = find_pipe_file(stream.pipeline, folders);
  if (options.variables) return print_variables(variables_of_pipe_file(file, stream.settings, folders));
  std::printf("%s\n", read_pipe_file(file, settings_of(stream, file, folders), folders).text().c_str());
}

// When we are installed into a prefix of our own, GStreamer does not look for our plugin there.
void find_plugin() {
  g_autoptr(GstElementFactory) ours = gst_element_factory_find("framestamp");
  if (!ours) gst_registry_scan_path(gst_registry_get(), CV_PLUGIN_DIR);
}

int run(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  const Options options = parse_options(arguments);
  if (options.version) {
    std::printf("cv-launch %s\n", CV_LAUNCH_VERSION);
    return 0;
  }
  if (options.log_json) log_json();
  log_glib(options.verbose);
  const auto folders = pipeline_folders();
  if (options.print || options.variables) {
    print(options, folders);
    return 0;
  }
  allow_descriptors();
  deadlines();      // read now, so that a wrong one is reported before anything runs
  Service service;  // before GStreamer starts children
  gst_init(nullptr, nullptr);
  find_plugin();
  // libsoup would speak HTTP/2 if the environment asked for it
  g_unsetenv("SOUP_SERVER_HTTP2");
  return App(options, folders, service, [&arguments] { return parse_options(arguments); }).run();
}

}  // namespace

int main(int argc, char** argv) {
  // Each viewer brings a dozen threads. glibc gives most of them an arena of their own, which it never gives back: a
  // viewer that joins costs 17 kB for good. With two arenas it costs 4 kB.
  mallopt(M_ARENA_MAX, 2);
  int status = 2;
  try {
    status = run(argc, argv);
  } catch (const UserError& error) {
    say(Level::kError, shorten(without_credentials(error.what())));
  }
  std::fflush(nullptr);
  // Threads of a pipeline that does not end may still run. _exit destroys nothing that they use.
  _exit(status);
}
