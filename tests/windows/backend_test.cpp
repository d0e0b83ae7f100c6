// SPDX-License-Identifier: LGPL-2.1-or-later
// The plugin's locks. What programs see of its windows, opencv.test.js has.
#include "windows/highgui/backend.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace windows
