// SPDX-License-Identifier: LGPL-2.1-or-later
#include "window_streams.h"

#include <glib.h>
#include <unistd.h>

#include <algorithm>

#include "base/deadlines.h"
#include "base/log.h"
#include "http/stream_path.h"
#include "pipe/value_check.h"

namespace {

constexpr std::size_t kLongest = 48;

}  // namespace

PrivateFolder::PrivateFolder() {
  g_autoptr(GError) error = nullptr;
  path_ = take_string(g_dir_make_tmp("cv-launch-XXXXXX", &error));
  if (error) throw UserError(std::string("no folder can be made for the socket of programs: ") + error->message);
}

PrivateFolder::~PrivateFolder() {
  rmdir(path_.c_str());
}

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
      folder_(socket.empty() ? std::make_unique<PrivateFolder>() : nullptr),
      socket_(socket.empty() ? folder_->path() + "/windows" : socket),
      programs_({.opened = [this](const auto& window) { open(window); },
                 .closed = [this](const auto& window) { close(window); },
                 .warning = [this](const std::string& message) { warn(message); }},
                deadlines().closed) {
  const std::string file = find_pipe_file(options.pipeline, folders);
  check_values(read_pipe_file(file, settings_of(options, file, folders), folders));
  programs_.listen(socket_);
}

// A program that is sent away comes again and again.
void WindowStreams::warn(const std::string& message) {
  if (warnings_.is_news(message, std::chrono::microseconds(g_get_monotonic_time()))) say(Level::kWarning, message);
}

void WindowStreams::fetch_picture(const std::string& stream, const std::string& name, StillPicture::Reply reply) const {
  const auto found = windows_.find(stream);
  if (found == windows_.end()) return reply(nullptr);
  found->second->fetch_picture(name, std::move(reply));
}

std::string WindowStreams::stream_of(const std::string& window, bool told) const {
  const auto found = std::ranges::find(windows_, window, [](const auto& one) { return one.second->name(); });
  return told && found != windows_.end() ? found->first
                                         : stream_name_of(window, [](const std::string&) { return false; });
}

void WindowStreams::open(const std::shared_ptr<Window>& window) {
  StreamOptions options = options_;
  options.name =
      stream_name_of(window->name(), [this](const std::string& name) { return has(name) || streams_.is_taken(name); });
  streams_.open(options, window);
  windows_[options.name] = window;
}

void WindowStreams::close(const std::shared_ptr<Window>& window) {
  const auto found = std::ranges::find(windows_, window, [](const auto& one) { return one.second; });
  if (found == windows_.end()) return;
  streams_.close(found->first);
  windows_.erase(found);
}
