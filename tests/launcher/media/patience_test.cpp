// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/patience.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace {

constexpr auto kLimit = 1000ms;
constexpr auto kFirst = 3000ms;

class PatienceTest : public testing::Test {
 protected:
  void SetUp() override { gst_init(nullptr, nullptr); }
  void know(const char* text) {
    g_autoptr(GstCaps) caps = gst_caps_from_string(text);
    patience_.learn(caps);
  }
  // After how many looks at the same number of frames it is over; 0: not after any.
  int looks(std::uint64_t frames) {
    for (int look = 1; look <= 1000; ++look)
      if (patience_.is_over(frames)) return look;
    return 0;
  }

  Patience patience_{kLimit, kFirst};
};

TEST_F(PatienceTest, IsOverWhenNoFrameCameForTheLimit) {
  know("video/x-vp8,framerate=30/1");
  ASSERT_EQ(patience_.look(), 100ms);
  patience_.begin_run(0);
  EXPECT_FALSE(patience_.is_over(1));
  EXPECT_EQ(looks(1), 10);
  EXPECT_FALSE(patience_.is_over(2)) << "a frame has come";
  EXPECT_EQ(looks(2), 10);
}

TEST_F(PatienceTest, LastsLongerForTheFirstFrameOfARun) {
  know("video/x-vp8,framerate=30/1");
  patience_.begin_run(5);
  EXPECT_EQ(looks(5), 30);
}

TEST_F(PatienceTest, LastsThreeFramesOfASlowVideo) {
  know("video/x-vp8,framerate=1/2");
  patience_.begin_run(0);
  patience_.is_over(1);
  EXPECT_EQ(looks(1), 60);
}

TEST_F(PatienceTest, IsThatOfTheLimitForAVideoWithoutAKnownRate) {
  know("video/x-vp8,framerate=0/1");
  patience_.begin_run(0);
  patience_.is_over(1);
  EXPECT_EQ(looks(1), 10);
}

TEST_F(PatienceTest, NeverEndsForSound) {
  know("audio/x-opus");
  patience_.begin_run(0);
  patience_.is_over(1);
  EXPECT_EQ(looks(1), 0) << "silence need not be sent";
}

TEST_F(PatienceTest, NeverEndsBeforeItIsKnownWhatTheStreamIs) {
  patience_.begin_run(0);
  EXPECT_EQ(looks(0), 0);
}

}  // namespace
