// SPDX-License-Identifier: LGPL-2.1-or-later
#include "window_streams.h"

#include <glib.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "http/stream_path.h"
#include "pipe/value_check.h"

namespace {

constexpr std::size_t kLongest = 48;

std::string private_folder() {
  g_autoptr(GError) error = nullptr;
  const std::string folder = take_string(g_dir_make_tmp("cv-launch-XXXXXX", &error));
  if (error) throw UserError(std::string("no folder can be made for the socket of programs: ") + error->message);
  return folder;
}

}  // namespace

std::string stream_name_of(const std::string& window, const std::function<bool(const std::string&)>& taken) {
  std::string name;
  for (const char c : window) {
    const bool fits = g_ascii_isalnum(c) || c == '_';
    if (fits && name.size() < kLongest)
      name += c;
    else if (!name.empty() && name.back() != '-' && name.size() < kLongest)
      name += '-';
  }
  while (!name.empty() && (name.back() == '-')) name.pop_back();
  while (!name.empty() && !g_ascii_isalnum(name.front())) name.erase(0, 1);
  if (name.empty()) name = "window";
  const auto free = [&taken](const std::string& one) { return is_stream_name(one) && !taken(one); };
  std::string numbered = name;
  for (unsigned i = 2; !free(numbered); ++i) numbered = name + "-" + std::to_string(i);
  return numbered;
}

WindowStreams::WindowStreams(const StreamOptions& options, const std::string& socket,
                             const std::vector<std::string>& folders, Streams& streams)
    : options_(options),
      streams_(streams),
      folder_(socket.empty() ? private_folder() : ""),
      socket_(socket.empty() ? folder_ + "/windows" : socket),
      programs_({.opened = [this](const auto& window) { open(window); },
                 .closed = [this](const auto& window) { close(window); },
                 .warning = [](const std::string& message) { say(Level::kWarning, message); }}) {
  check_values(read_pipe_file(find_pipe_file(options.pipeline, folders), options.settings, folders));
  programs_.listen(socket_);
}

WindowStreams::~WindowStreams() {
  if (folder_.empty()) return;
  unlink(socket_.c_str());
  rmdir(folder_.c_str());
}

bool WindowStreams::has(const std::string& stream) const {
  return std::ranges::any_of(names_, [&stream](const auto& one) { return one.second == stream; });
}

void WindowStreams::open(const std::shared_ptr<Window>& window) {
  StreamOptions options = options_;
  options.name = stream_name_of(window->name(), [this](const std::string& name) {
    return has(name) || std::ranges::count(streams_.names(), name) > 0;
  });
  names_[window->name()] = options.name;
  streams_.open(options, window);
}

void WindowStreams::close(const std::shared_ptr<Window>& window) {
  if (const auto name = names_.extract(window->name())) streams_.close(name.mapped());
}
