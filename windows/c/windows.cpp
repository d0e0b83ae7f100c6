// SPDX-License-Identifier: LGPL-2.1-or-later
// cv-launch/windows.h, over the client.
#include "cv-launch/windows.h"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/json.h"
#include "windows/client.h"
#include "windows/own_launcher.h"
#include "windows/program_name.h"

#define CV_LAUNCH_EXPORT extern "C" __attribute__((visibility("default")))

namespace windows {
namespace {

// What ctypes and C callers see of the client.
struct Shared {
  std::mutex starting;  // of the one thread that makes the client, which may take long; before the next one
  std::mutex mutex;     // guards all below; before the client's own
  std::unique_ptr<OwnLauncher> launcher;
  std::string socket;
  std::unique_ptr<Client> client;
  std::map<std::uint32_t, std::map<std::string, std::uint32_t>> trackbars;  // by window and shown name
};

// Never deleted: threads of the program may use it to the very end.
Shared& shared() {
  static auto* const all = new Shared;
  return *all;
}

std::string& error() {
  thread_local std::string text;
  return text;
}

// Nothing thrown may reach C.
template <typename Result, typename Function>
Result guarded(Result failure, Function function) {
  try {
    return function();
  } catch (const std::exception& wrong) {
    try {
      error() = wrong.what();
    } catch (...) {  // NOLINT(bugprone-empty-catch): no memory for the words
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch)
  }
  return failure;
}

Client* client_if_any() {
  const std::lock_guard lock(shared().mutex);
  return shared().client.get();
}

// From the very beginning: a fork may come while the first window is made.
[[maybe_unused]] const int watching_forks = pthread_atfork(
    [] {
      shared().mutex.lock();
      if (shared().client) shared().client->before_fork();
    },
    [] {
      if (shared().client) shared().client->after_fork_in_parent();
      shared().mutex.unlock();
    },
    [] {
      if (shared().client) shared().client->after_fork_in_child();
      shared().mutex.unlock();
      // nobody waits for a thread that starts cv-launch; it is not there in the child, which starts its own
      new (&shared().starting) std::mutex;
    });

Client& client() {
  Shared& all = shared();
  if (Client* const there = client_if_any()) return *there;
  const std::lock_guard starting(all.starting);
  if (Client* const there = client_if_any()) return *there;
  const char* const given = std::getenv("CV_LAUNCH_WINDOWS");
  std::unique_ptr<OwnLauncher> launcher;
  if (!given || !*given) {
    launcher = std::make_unique<OwnLauncher>();
    std::fprintf(stderr, "%s\n", launcher->address().c_str());
  }
  const std::lock_guard lock(all.mutex);
  all.socket = launcher ? launcher->socket() : given;
  all.launcher = std::move(launcher);
  all.client = std::make_unique<Client>(all.socket, program_name());
  return *all.client;
}

void check(const RawPicture& picture, int depth, int channels) {
  if (!can_show(depth, channels))
    throw std::invalid_argument("a picture can't have " + std::to_string(channels) + " channels of the depth " +
                                std::to_string(depth));
  if (!picture.pixels || picture.width == 0 || picture.height == 0) throw std::invalid_argument("the picture is empty");
}

std::string_view checked(const char* objects, std::size_t size) {
  if (!objects) return {};
  const std::string_view text(objects, size);
  if (size > kMaxObjects)
    throw std::invalid_argument("the objects have " + std::to_string(size) + " bytes; at most " +
                                std::to_string(kMaxObjects) + " are taken");
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '[' || !core::Json::accept(text))
    throw std::invalid_argument("the objects must be a JSON array");
  return text;
}

struct EventWriter {
  cv_launch_event operator()(const Key& key) const { return {CV_LAUNCH_KEY, key.window, key.code, 0, 0, 0, 0}; }
  cv_launch_event operator()(const MouseEvent& mouse) const {
    return {CV_LAUNCH_MOUSE, mouse.window, mouse.event, mouse.x, mouse.y, mouse.flags, 0};
  }
  cv_launch_event operator()(const MoveTrackbar& moved) const {
    const std::lock_guard lock(shared().mutex);
    const auto& ids = shared().trackbars[moved.window];
    const auto found = ids.find(moved.name);
    return {CV_LAUNCH_TRACKBAR, moved.window, moved.value, 0, 0, 0, found == ids.end() ? 0 : found->second};
  }
  cv_launch_event operator()(const PressButton& pressed) const {
    return {CV_LAUNCH_BUTTON, pressed.window, static_cast<std::int32_t>(pressed.button), 0, 0, pressed.on ? 1 : 0, 0};
  }
  cv_launch_event operator()(const CloseWindow& closed) const {
    return {CV_LAUNCH_CLOSED, closed.window, 0, 0, 0, 0, 0};
  }
};

int wait(std::int64_t milliseconds, cv_launch_event* event) {
  // the client adds this to a time of its own
  constexpr std::int64_t kLongest = INT_MAX;
  const std::chrono::milliseconds limit(std::clamp<std::int64_t>(milliseconds, 0, kLongest));
  Client* const client = client_if_any();
  if (!client) return poll(nullptr, 0, static_cast<int>(limit.count())) < 0 ? -1 : 0;
  const auto waited = client->wait(limit);
  if (waited.event && event) *event = std::visit(EventWriter(), *waited.event);
  return waited.interrupted ? -1 : waited.event ? 1 : 0;
}

}  // namespace
}  // namespace windows

using namespace windows;

CV_LAUNCH_EXPORT int cv_launch_start(void) {
  return guarded(-1, [] {
    client();
    return 0;
  });
}

CV_LAUNCH_EXPORT const char* cv_launch_address(void) {
  const std::lock_guard lock(shared().mutex);
  return shared().launcher ? shared().launcher->address().c_str() : "";
}

CV_LAUNCH_EXPORT const char* cv_launch_socket(void) {
  const std::lock_guard lock(shared().mutex);
  return shared().socket.c_str();
}

CV_LAUNCH_EXPORT std::uint32_t cv_launch_open(const char* name) {
  return guarded(std::uint32_t{0}, [&] { return client().open(name); });
}

CV_LAUNCH_EXPORT void cv_launch_close(std::uint32_t window) {
  guarded(0, [&] {
    if (Client* const client = client_if_any()) client->close(window);
    const std::lock_guard lock(shared().mutex);
    shared().trackbars.erase(window);
    return 0;
  });
}

CV_LAUNCH_EXPORT void cv_launch_set_title(std::uint32_t window, const char* title) {
  guarded(0, [&] {
    if (Client* const client = client_if_any()) client->set_title(window, title);
    return 0;
  });
}

CV_LAUNCH_EXPORT int cv_launch_show(std::uint32_t window, const void* pixels, std::uint32_t width, std::uint32_t height,
                                    std::size_t stride, int depth, int channels, const char* objects,
                                    std::size_t objects_size) {
  return guarded(-1, [&] {
    const RawPicture picture{
        pixels, width, height, stride, static_cast<Depth>(depth), static_cast<std::uint32_t>(channels)};
    check(picture, depth, channels);
    const auto text = checked(objects, objects_size);
    Client* const client = client_if_any();
    if (!client || !client->show(window, picture, text))
      throw std::runtime_error("the picture can't be shown: the window is not there, or there is not enough memory");
    return 0;
  });
}

CV_LAUNCH_EXPORT void cv_launch_set_trackbar(std::uint32_t window, std::uint32_t id, const char* name, int min, int max,
                                             int value) {
  guarded(0, [&] {
    Client* const client = client_if_any();
    if (!client) return 0;
    {
      const std::lock_guard lock(shared().mutex);
      shared().trackbars[window][shown_name(name)] = id;
    }
    client->set_trackbar(window, name, min, max, value);
    return 0;
  });
}

CV_LAUNCH_EXPORT void cv_launch_show_text(std::uint32_t window, int over, const char* text, int milliseconds) {
  guarded(0, [&] {
    if (Client* const client = client_if_any())
      client->show_text(window, over != 0, text, std::chrono::milliseconds(milliseconds));
    return 0;
  });
}

CV_LAUNCH_EXPORT void cv_launch_set_button(std::uint32_t window, std::uint32_t id, const char* name, int kind,
                                           std::uint32_t bar, int on) {
  guarded(0, [&] {
    Client* const client = client_if_any();
    if (client && id > 0 && kind >= CV_LAUNCH_PUSH && kind <= CV_LAUNCH_RADIO)
      client->set_button({window, id, name, static_cast<ButtonKind>(kind), bar, on != 0});
    return 0;
  });
}

CV_LAUNCH_EXPORT void cv_launch_set_mouse_wanted(std::uint32_t window, int wanted) {
  guarded(0, [&] {
    if (Client* const client = client_if_any()) client->set_mouse_wanted(window, wanted != 0);
    return 0;
  });
}

CV_LAUNCH_EXPORT int cv_launch_wait(std::int64_t milliseconds, cv_launch_event* event) {
  return guarded(-1, [&] { return wait(milliseconds, event); });
}

CV_LAUNCH_EXPORT const char* cv_launch_error(void) {
  return error().c_str();
}
