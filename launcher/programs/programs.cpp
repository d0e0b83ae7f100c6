// SPDX-License-Identifier: LGPL-2.1-or-later
#include "programs.h"

#include <glib-unix.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "base/user_error.h"
#include "core/shorten.h"

namespace {

constexpr int kBacklog = 16;
constexpr std::size_t kMostPrograms = 64;
constexpr std::size_t kMostWindows = 512;
constexpr std::size_t kMostEnded = 32;
constexpr guint kLookMs = 100;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    throw UserError("the socket " + path + " for programs: its path is too long; give TMPDIR a shorter one");
  std::ranges::copy(path, std::begin(address.sun_path));
  return address;
}

// A socket of a process that has not ended well. Connections to what is no socket are refused too.
bool is_left_over(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const core::Fd probe(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  return probe && connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 &&
         errno == ECONNREFUSED;
}

// Who runs this process, and root.
bool is_ours(int socket) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 &&
         (credentials.uid == getuid() || credentials.uid == 0);
}

}  // namespace

Programs::Programs(Events events, std::chrono::milliseconds patience)
    : events_(std::move(events)), patience_(patience) {}

Programs::~Programs() {
  stop_listening();
  if (!path_.empty()) unlink(path_.c_str());
}

void Programs::stop_listening() {
  if (watch_ != 0) g_source_remove(std::exchange(watch_, 0));
  socket_.reset();
}

void Programs::listen(const std::string& path) {
  const sockaddr_un address = address_of(path);
  if (is_left_over(path, address)) unlink(path.c_str());
  socket_.reset(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const mode_t mask = umask(0177);
  const bool bound = socket_ && bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  const int error = errno;
  umask(mask);
  if (!bound) throw UserError("the socket " + path + " for programs can't be made: " + g_strerror(error));
  path_ = path;
  if (::listen(socket_.get(), kBacklog) != 0)
    throw UserError("the socket " + path + " for programs: " + g_strerror(errno));
  watch_ = g_unix_fd_add(
      socket_.get(), G_IO_IN,
      [](int, GIOCondition, gpointer data) -> gboolean {
        static_cast<Programs*>(data)->let_in();
        return G_SOURCE_CONTINUE;
      },
      this);
}

void Programs::let_in() {
  core::Fd socket(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) return;
  const auto refuse = [&](const std::string& why) {
    const std::string text = windows::encode(windows::ToProgram(windows::Failed{why}));
    [[maybe_unused]] const ssize_t sent = send(socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    events_.warning("a program is not let in: " + why);
  };
  if (!is_ours(socket.get())) return refuse("it is another user's than cv-launch");
  if (guests_.size() == kMostPrograms)
    return refuse("there are " + std::to_string(kMostPrograms) + " already that show windows");
  Guest* guest = guests_.emplace_back(std::make_unique<Guest>()).get();
  guest->program = std::make_unique<Program>(
      std::move(socket),
      Program::Events{.said = [this, guest](const windows::FromProgram& message,
                                            core::Fd descriptor) { hear(*guest, message, std::move(descriptor)); },
                      .gone = [this, guest](const std::string& why) { leave(*guest, why); }});
}

void Programs::hear(Guest& guest, const windows::FromProgram& message, core::Fd descriptor) {
  if (const auto* program = std::get_if<windows::Program>(&message)) {
    guest.name = program->name;
    g_info("the program %s (%ld) shows windows", guest.name.c_str(), program->pid);
    return;
  }
  if (const auto* window = std::get_if<windows::NewWindow>(&message)) return open(guest, *window);
  if (const auto* closed = std::get_if<windows::Close>(&message)) return close(guest, closed->window);
  // null: a newer one has its name, and it is nobody's
  const auto with = [&guest](std::uint32_t number, auto&& work) {
    const auto found = guest.windows.find(number);
    if (found == guest.windows.end()) throw std::runtime_error("there is no window " + std::to_string(number));
    if (found->second) work(*found->second);
  };
  if (const auto* title = std::get_if<windows::Title>(&message))
    with(title->window, [&](Window& window) { window.set_title(title->title); });
  else if (const auto* bar = std::get_if<windows::Trackbar>(&message))
    with(bar->window, [&](Window& window) { window.set_trackbar(*bar); });
  else if (const auto* text = std::get_if<windows::ShownText>(&message))
    with(text->window, [&](Window& window) { window.show_text(*text); });
  else if (const auto* button = std::get_if<windows::Button>(&message))
    with(button->window, [&](Window& window) { window.set_button(*button); });
  else if (const auto* mouse = std::get_if<windows::Mouse>(&message))
    with(mouse->window, [&](Window& window) { window.want_mouse(mouse->wanted); });
  else if (const auto* memory = std::get_if<windows::Memory>(&message))
    with(memory->window, [&](Window& window) { window.set_memory(std::move(descriptor), memory->slot); });
  else if (const auto* picture = std::get_if<windows::PictureReady>(&message))
    with(picture->window, [](Window& window) { window.picture_is_there(); });
}

void Programs::open(Guest& guest, const windows::NewWindow& message) {
  if (guest.windows.contains(message.window))
    throw std::runtime_error("there is a window " + std::to_string(message.window) + " already");
  auto& place = windows_[message.name];
  if (!place) {
    const auto made = std::make_shared<Window>(message.name);
    try {
      if (windows_.size() > kMostWindows && !drop_oldest(0))
        throw std::runtime_error("more than " + std::to_string(kMostWindows) + " windows");
      events_.opened(made);
    } catch (...) {
      windows_.erase(message.name);
      throw;
    }
    place = made;
  }
  const auto window = place;
  closed_.erase(message.name);
  left_.erase(message.name);
  // what its last program says of it counts no more
  for (const auto& other : guests_)
    for (auto& [number, shown] : other->windows)
      if (shown == window) shown = nullptr;
  guest.windows.emplace(message.window, window);
  window->open({.window = message.window,
                .say = [program = guest.program.get()](const auto& said) { program->say(said); },
                .send_away =
                    [this, &guest](const std::string& why) {
                      guest.program->say(windows::Failed{why});
                      leave(guest, why);
                    }});
}

// Last pictures of programs that have ended are kept, so many. False: there are no more.
bool Programs::drop_oldest(std::size_t most) {
  const Window* oldest = nullptr;
  std::size_t ended = 0;
  for (const auto& [name, window] : windows_) {
    if (!window || window->ended_at() == 0) continue;
    ++ended;
    if (!oldest || window->ended_at() < oldest->ended_at()) oldest = window.get();
  }
  if (ended <= most) return false;
  forget(std::string(oldest->name()));
  return true;
}

void Programs::close(Guest& guest, std::uint32_t number) {
  const auto found = guest.windows.extract(number);
  if (found.empty() || !found.mapped()) return;  // a newer one has its name
  found.mapped()->close();
  closed_[found.mapped()->name()] = {&guest, g_get_monotonic_time()};
  look_later();
}

void Programs::look_later() {
  if (!looking_.running()) looking_.every(kLookMs, [this] { look(); });
}

// A program that closes all its windows mostly ends then, and their last pictures are to stay; and who runs it knows a
// little later how it has ended.
void Programs::look() {
  const gint64 before = g_get_monotonic_time() - patience_.count();
  std::vector<std::string> over;
  for (const auto& [name, closed] : closed_)
    if (closed.at < before) over.push_back(name);
  for (const auto& name : over) forget(name);
  for (const auto& [name, since] : left_)
    if (since < before) windows_.at(name)->end("The program has ended.");
  std::erase_if(left_, [before](const auto& one) { return one.second < before; });
  while (drop_oldest(kMostEnded)) {
  }
  if (closed_.empty() && left_.empty()) looking_.stop();
}

void Programs::forget(const std::string& name) {
  closed_.erase(name);
  left_.erase(name);
  if (const auto window = windows_.extract(name)) events_.closed(window.mapped());
}

// Called by what the guest owns, or by a window of it: it ends later.
void Programs::leave(Guest& guest, const std::string& why) {
  const auto found = std::ranges::find_if(guests_, [&guest](const auto& one) { return one.get() == &guest; });
  if (found == guests_.end()) return;
  guest.program->stop();
  post([gone = std::shared_ptr<Guest>(std::move(*found))] {});
  guests_.erase(found);
  if (!why.empty()) events_.warning("the program " + shorten(guest.name) + " is sent away: " + why);
  const auto lose = [this, &why](Window& window) {
    window.lose();
    if (why.empty())
      left_[window.name()] = g_get_monotonic_time();
    else
      window.end("What the program said made no sense: " + why);
  };
  for (const auto& [number, window] : guest.windows)
    if (window) lose(*window);
  // what it closed just now was closed because it ends, and stays
  for (const auto& [name, closed] : closed_)
    if (closed.by == &guest) lose(*windows_.at(name));
  std::erase_if(closed_, [&guest](const auto& one) { return one.second.by == &guest; });
  look_later();
}

void Programs::end(const std::string& how) {
  stop_listening();
  std::vector<Guest*> guests;
  guests.reserve(guests_.size());
  for (const auto& guest : guests_) guests.push_back(guest.get());
  for (auto* guest : guests) guest->program->hear_all();  // what it showed last
  while (!guests_.empty()) leave(*guests_.front(), "");
  for (const auto& [name, window] : windows_) window->end(how);
  left_.clear();
  closed_.clear();
}
