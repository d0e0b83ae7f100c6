// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "base/glib_ptr.h"
#include "base/log.h"
#include "base/private_file.h"

namespace {

// A manager that does not read must not hold up the video.
constexpr timeval kPatience{.tv_sec = 1, .tv_usec = 0};

void warn(const std::string& what) {
  say(Level::kWarning, what);
}

// A line break would begin another assignment, which would be an order to the manager; and it takes UTF-8 only.
std::string one_line(const std::string& text) {
  std::string line = take_string(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
  std::ranges::replace_if(
      line, [](char c) { return g_ascii_iscntrl(c) != FALSE; }, ' ');
  return line;
}

}  // namespace

Service::Service() {
  find_manager();
  find_watchdog();
}

void Service::find_manager() {
  const auto path = take_variable("NOTIFY_SOCKET");
  if (!path || path->empty()) return;
  const bool abstract = path->front() == '@';
  if ((!abstract && path->front() != '/') || path->size() < 2 || path->size() >= sizeof(manager_.sun_path))
    return warn("NOTIFY_SOCKET=" + *path + ": not the address of a Unix socket; no service manager is told anything");
  manager_.sun_family = AF_UNIX;
  std::ranges::copy(*path, std::begin(manager_.sun_path));
  if (abstract) manager_.sun_path[0] = '\0';
  // an abstract address has no zero at its end, and ends where its length says
  length_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path->size() + (abstract ? 0 : 1));
}

void Service::find_watchdog() {
  const auto limit = take_variable("WATCHDOG_USEC");
  const auto pid = take_variable("WATCHDOG_PID");
  if (!limit || (pid && *pid != std::to_string(getpid()))) return;
  constexpr guint64 kLongest = G_MAXUINT;
  guint64 us = 0;
  if (!g_ascii_string_to_unsigned(limit->c_str(), 10, 1, kLongest * 1000, &us, nullptr))
    return warn("WATCHDOG_USEC=" + *limit + ": not a number of microseconds; there is no watchdog");
  // half of the time, as sd_watchdog_enabled(3) advises
  alive_every_ = std::max(std::chrono::milliseconds(1), std::chrono::milliseconds(us / 2 / 1000));
}

void Service::ready(const std::string& status) {
  tell("READY=1\nSTATUS=" + one_line(status));
  if (!managed() || alive_every_.count() == 0 || alive_.running()) return;
  alive_.every(static_cast<guint>(alive_every_.count()), [this] { tell("WATCHDOG=1"); });
}

void Service::set_status(const std::string& status) {
  tell("STATUS=" + one_line(status));
}

void Service::reloading() {
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(g_get_monotonic_time()));
}

void Service::stopping() {
  tell("STOPPING=1\nSTATUS=ending");
}

void Service::tell(const std::string& message) {
  if (!managed()) return;
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket >= 0) setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
  const bool sent = socket >= 0 && sendto(socket, message.data(), message.size(), MSG_NOSIGNAL,
                                          reinterpret_cast<const sockaddr*>(&manager_), length_) >= 0;
  const int error = errno;
  if (socket >= 0) close(socket);
  if (!sent && !failed_) warn(std::string("the service manager can't be told anything: ") + g_strerror(error));
  failed_ = !sent;
}
