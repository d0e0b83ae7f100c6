// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fan_out.h"

#include <gst/app/gstappsrc.h>
#include <gtest/gtest.h>

namespace {

TEST(KeyFrameGate, AsksAtOnceAndThenWaits) {
  KeyFrameGate gate;
  EXPECT_EQ(gate.request(1000, true), 0);
  EXPECT_TRUE(gate.fire(1000));
  EXPECT_EQ(gate.request(1010, true), KeyFrameGate::kJoinIntervalMs - 10);
  EXPECT_FALSE(gate.fire(1020)) << "too early";
  EXPECT_TRUE(gate.fire(1000 + KeyFrameGate::kJoinIntervalMs));
}

TEST(KeyFrameGate, MakesOneOfRequestsThatComeTogether) {
  KeyFrameGate gate;
  gate.request(0, false);
  gate.fire(0);
  ASSERT_TRUE(gate.request(1, false));
  for (int t = 2; t < 400; ++t) EXPECT_FALSE(gate.request(t, false)) << t;
}

TEST(KeyFrameGate, AJoinNeedNotWaitAsLongAsAnotherRequest) {
  KeyFrameGate gate;
  gate.request(0, false);
  gate.fire(0);
  ASSERT_EQ(gate.request(1, false), KeyFrameGate::kAgainIntervalMs - 1);
  EXPECT_EQ(gate.request(2, true), KeyFrameGate::kJoinIntervalMs - 2);
}

TEST(KeyFrameGate, ARequestIsNeverLost) {
  KeyFrameGate gate;
  gate.request(0, false);
  gate.fire(0);
  const auto wait = gate.request(10, false);
  ASSERT_TRUE(wait);
  EXPECT_TRUE(gate.fire(10 + *wait));
  EXPECT_FALSE(gate.fire(10 + *wait)) << "asked twice for one request";
}

// An appsrc that takes frames and sends none on: its level is what a viewer's thread has still to do.
class FeedTest : public testing::Test {
 protected:
  void SetUp() override {
    gst_init(nullptr, nullptr);
    appsrc_ = gst_adopt(gst_element_factory_make("appsrc", nullptr));
    g_object_set(appsrc_.get(), "format", GST_FORMAT_TIME, "max-bytes", guint64{0}, nullptr);
    gst_element_set_state(appsrc_.get(), GST_STATE_PAUSED);  // unlinked: nothing is taken out
    feed_ = std::make_unique<Feed>(appsrc_.get(), [this](bool join) { join ? ++joins_ : ++repeats_; });
  }
  void TearDown() override {
    feed_.reset();
    gst_element_set_state(appsrc_.get(), GST_STATE_NULL);
  }
  void push(GstClockTime at, bool key) {
    const BufferPtr buffer(gst_buffer_new_allocate(nullptr, 8, nullptr));
    GST_BUFFER_PTS(buffer.get()) = GST_BUFFER_DTS(buffer.get()) = at;
    const SamplePtr sample(gst_sample_new(buffer.get(), nullptr, nullptr, nullptr));
    feed_->push(sample.get(), key);
  }
  guint64 queued() { return gst_app_src_get_current_level_buffers(GST_APP_SRC(appsrc_.get())); }

  GstPtr<GstElement> appsrc_;
  std::unique_ptr<Feed> feed_;
  int joins_ = 0;
  int repeats_ = 0;
};

TEST_F(FeedTest, BeforeItOpensOneKeyFrameGoesThrough) {
  push(0, false);
  EXPECT_EQ(queued(), 0U);
  push(1, true);
  push(2, true);
  push(3, false);
  EXPECT_EQ(queued(), 1U);
  EXPECT_EQ(joins_, 0);
}

TEST_F(FeedTest, OpensWithAKeyFrame) {
  feed_->open();
  feed_->open();
  EXPECT_EQ(joins_, 1);
  push(1, false);
  EXPECT_EQ(queued(), 0U);
  push(2, true);
  push(3, false);
  EXPECT_EQ(queued(), 2U);
}

TEST_F(FeedTest, ASlowViewerLosesFramesUpToAKeyFrame) {
  feed_->open();
  push(0, true);
  int frames = 1;
  for (; frames < 100; ++frames) push(frames * 100 * GST_MSECOND, false);
  const guint64 kept = queued();
  EXPECT_GE(kept, 5U);
  EXPECT_LE(kept, 8U) << "half a second of frames, and what shows that it is one";
  EXPECT_EQ(repeats_, 0) << "no key frame is asked for while it could not be taken";
}

}  // namespace
