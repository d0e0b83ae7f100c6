// SPDX-License-Identifier: LGPL-2.1-or-later
// The plugin's locks. What programs see of its windows, opencv.test.js has.
#include "windows/highgui/backend.h"

#include <gtest/gtest.h>

#include <csignal>
#include <future>

#include "blocked.h"

namespace windows {
namespace {

TEST(Backend, TwoThreadsThatForkAtOnceLeaveOpenCvsLockFree) {
  cv::Mutex highgui;
  Backend backend("/nowhere/socket", "test", &highgui);
  backend.before_fork();
  {
    LockWaiter other([&] {
      backend.before_fork();
      backend.after_fork_in_parent();
    });
    other.await_lock();
    backend.after_fork_in_parent();
  }
  auto taken = std::async(std::launch::async, [&] {
    const bool free = highgui.try_lock();
    if (free) highgui.unlock();
    return free;
  });
  EXPECT_TRUE(taken.get());
}

TEST(Backend, AnInterruptBetweenTwoLooksEndsAWaitForAKey) {
  Backend backend("/nowhere/socket", "test", nullptr);
  const auto window = backend.createWindow("w", 0);
  struct sigaction handled {};
  handled.sa_handler = [](int) {};
  struct sigaction before {};
  sigaction(SIGINT, &handled, &before);
  std::promise<int> key;
  auto ended = key.get_future();
  {
    backend.before_fork();  // holds the locks that a look takes
    LockWaiter waiting([&] { key.set_value(backend.waitKeyEx(0)); });
    waiting.await_lock();
    pthread_kill(waiting.handle(), SIGINT);
    backend.after_fork_in_parent();
    EXPECT_EQ(ended.wait_for(std::chrono::seconds(30)), std::future_status::ready);
    backend.destroyAllWindows();
  }
  EXPECT_EQ(ended.get(), -1);
  sigaction(SIGINT, &before, nullptr);
}

}  // namespace
}  // namespace windows
