// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace {

TEST(WorkerTest, DoesOneTaskAfterTheOtherOnAThreadOfItsOwn) {
  Worker worker;
  std::vector<int> done;  // no lock: one after the other
  std::promise<std::thread::id> last;
  for (int i = 0; i < 100; ++i) worker.add([&done, i] { done.push_back(i); });
  worker.add([&last] { last.set_value(std::this_thread::get_id()); });
  EXPECT_NE(last.get_future().get(), std::this_thread::get_id());
  ASSERT_EQ(done.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(done));
}

TEST(WorkerTest, FinishesAfterTheTaskUnderWayAndDropsTheOthers) {
  Worker worker;
  std::promise<void> begun;
  std::promise<void> go_on;
  bool ended = false;
  bool dropped_ran = false;
  worker.add([&] {
    begun.set_value();
    go_on.get_future().wait();
    ended = true;
  });
  const auto held = std::make_shared<int>();
  worker.add([&dropped_ran, held] { dropped_ran = true; });
  begun.get_future().wait();
  std::thread finishing([&worker] { worker.finish(); });
  while (held.use_count() > 1) std::this_thread::yield();  // what waits is dropped before
  go_on.set_value();
  finishing.join();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(dropped_ran);
}

}  // namespace
