// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace {

// Whom NOTIFY_SOCKET names, by an abstract address.
class Manager {
 public:
  Manager() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    // the kernel makes up a name where there is none
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(sa_family_t)), 0);
    socklen_t length = sizeof(address);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    const std::string name(address.sun_path + 1, length - offsetof(sockaddr_un, sun_path) - 1);
    setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  ~Manager() { close(socket_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // The next message; "" if none comes within `ms`. What was sent is there.
  std::string next(int ms = 0) const {
    pollfd poll_for{.fd = socket_, .events = POLLIN, .revents = 0};
    if (poll(&poll_for, 1, ms) < 1) return "";
    std::array<char, 8192> text{};
    const ssize_t size = recv(socket_, text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

 private:
  const int socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

// How long the main loop would wait for the next thing to do, in ms.
int main_loop_waits() {
  GMainContext* context = g_main_context_default();
  while (g_main_context_iteration(context, FALSE) != FALSE) {
  }
  EXPECT_TRUE(g_main_context_acquire(context));
  int priority = 0;
  int timeout = 0;
  g_main_context_prepare(context, &priority);
  g_main_context_query(context, G_MAXINT, &timeout, nullptr, 0);
  g_main_context_release(context);
  return timeout;
}

}  // namespace

TEST(Service, tells_what_it_does) {
  const Manager manager;
  Service service;
  EXPECT_TRUE(service.managed());
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  service.ready("live");
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=live");
  service.set_status("lost");
  EXPECT_EQ(manager.next(), "STATUS=lost");
  const gint64 before = g_get_monotonic_time();
  service.reloading();
  const std::string reloading = manager.next();
  constexpr std::string_view kStart = "RELOADING=1\nMONOTONIC_USEC=";
  ASSERT_EQ(reloading.substr(0, kStart.size()), kStart);
  EXPECT_GE(std::stoll(reloading.substr(kStart.size())), before);
  EXPECT_LE(std::stoll(reloading.substr(kStart.size())), g_get_monotonic_time());
  service.stopping();
  EXPECT_EQ(manager.next(), "STOPPING=1\nSTATUS=ending");
}

TEST(Service, a_text_of_a_camera_gives_the_manager_no_order) {
  const Manager manager;
  Service service;
  service.set_status("lost: \n\rMAINPID=1 \xff");
  EXPECT_EQ(manager.next(), "STATUS=lost:   MAINPID=1 \xef\xbf\xbd");
}

TEST(Service, the_main_loop_tells_that_it_runs_and_a_hung_one_does_not) {
  const Manager manager;
  setenv("WATCHDOG_USEC", "20000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  Service service;
  EXPECT_EQ(std::getenv("WATCHDOG_USEC"), nullptr);
  EXPECT_EQ(std::getenv("WATCHDOG_PID"), nullptr);
  service.ready("live");
  manager.next();
  EXPECT_EQ(manager.next(200), "");
  std::string message;
  while ((message = manager.next()).empty()) g_main_context_iteration(nullptr, TRUE);
  EXPECT_EQ(message, "WATCHDOG=1");
}

TEST(Service, the_watchdog_hears_at_half_of_its_time) {
  const Manager manager;
  setenv("WATCHDOG_USEC", "3600000000", 1);
  Service service;
  service.ready("live");
  service.ready("live");
  const int wait = main_loop_waits();
  EXPECT_GT(wait, 1'700'000);
  EXPECT_LE(wait, 1'800'000);
}

TEST(Service, a_watchdog_for_another_process_is_not_ours) {
  const Manager manager;
  setenv("WATCHDOG_USEC", "1000000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  Service service;
  service.ready("live");
  EXPECT_EQ(main_loop_waits(), -1);
}

TEST(Service, without_a_manager_nothing_is_done) {
  unsetenv("NOTIFY_SOCKET");
  setenv("WATCHDOG_USEC", "1000000", 1);
  Service service;
  EXPECT_FALSE(service.managed());
  testing::internal::CaptureStderr();
  service.ready("live");
  service.stopping();
  EXPECT_EQ(main_loop_waits(), -1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Service, an_address_that_is_none_is_told_once) {
  for (const std::string& address : {std::string("notify"), std::string("@"), "/" + std::string(200, 'x')}) {
    setenv("NOTIFY_SOCKET", address.c_str(), 1);
    testing::internal::CaptureStderr();
    Service service;
    service.ready("live");
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "cv-launch: warning: NOTIFY_SOCKET=" + address +
                  ": not the address of a Unix socket; no service manager is told anything\n");
    EXPECT_FALSE(service.managed());
  }
}

TEST(Service, a_manager_that_is_away_is_told_of_once) {
  setenv("NOTIFY_SOCKET", "/nowhere/notify", 1);
  Service service;
  testing::internal::CaptureStderr();
  service.ready("live");
  service.set_status("lost");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "cv-launch: warning: the service manager can't be told anything: No such file or directory\n");
}
