// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/fan_out.h"

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
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
class FanOutTest : public testing::Test {
 protected:
  void SetUp() override {
    gst_init(nullptr, nullptr);
    // a streaming thread pushes what an appsink gives it
    source_ = gst_adopt(gst_parse_launch("appsrc name=in format=time ! appsink name=out sync=false", nullptr));
    in_.reset(gst_bin_get_by_name(GST_BIN(source_.get()), "in"));
    const GstPtr<GstElement> out(gst_bin_get_by_name(GST_BIN(source_.get()), "out"));
    fan_out_->connect(out.get(), 0);
    const GstPtr<GstPad> encoder(gst_element_get_static_pad(in_.get(), "src"));
    const auto count = [](GstPad*, GstPadProbeInfo* info, gpointer asked) {
      if (gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info))) ++*static_cast<int*>(asked);
      return GST_PAD_PROBE_OK;
    };
    gst_pad_add_probe(encoder.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, count, &asked_, nullptr);
    gst_element_set_state(source_.get(), GST_STATE_PLAYING);
    appsrc_ = gst_adopt(gst_element_factory_make("appsrc", nullptr));
    g_object_set(appsrc_.get(), "format", GST_FORMAT_TIME, "max-bytes", guint64{0}, "is-live", TRUE, nullptr);
    gst_element_set_state(appsrc_.get(), GST_STATE_PAUSED);  // where a live source gives nothing
    feed_ = std::make_shared<Feed>(appsrc_.get(), [this](bool join) { join ? ++joins_ : ++repeats_; });
  }
  void TearDown() override {
    gst_element_set_state(appsrc_.get(), GST_STATE_NULL);
    gst_element_set_state(source_.get(), GST_STATE_NULL);
  }
  void push(GstClockTime at, bool key) {
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 8, nullptr);
    GST_BUFFER_PTS(buffer) = at;
    if (!key) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    const auto before = fan_out_->frames();
    gst_app_src_push_buffer(GST_APP_SRC(in_.get()), buffer);
    while (fan_out_->frames() == before) g_thread_yield();
  }
  // How often the encoder is asked for a key frame, when what is waiting for the main thread is done.
  int asked() {
    while (g_main_context_iteration(nullptr, FALSE)) {
    }
    return asked_;
  }
  guint64 queued() { return gst_app_src_get_current_level_buffers(GST_APP_SRC(appsrc_.get())); }

  std::shared_ptr<FanOut> fan_out_ = std::make_shared<FanOut>();
  GstPtr<GstElement> source_;
  GstPtr<GstElement> in_;
  GstPtr<GstElement> appsrc_;
  std::shared_ptr<Feed> feed_;
  std::atomic<int> joins_ = 0;
  std::atomic<int> repeats_ = 0;
  int asked_ = 0;
};

constexpr GstClockTime kLong = 400 * GST_MSECOND;  // too old to begin with, too short to be behind

TEST_F(FanOutTest, BeforeItOpensAFeedGetsOneKeyFrame) {
  fan_out_->add(feed_);
  push(0, false);
  EXPECT_EQ(queued(), 0U);
  push(1, true);
  push(2, true);
  push(3, false);
  EXPECT_EQ(queued(), 1U);
}

TEST_F(FanOutTest, AFeedThatComesLaterGetsTheLastKeyFrameAtOnce) {
  push(0, true);
  push(kLong, false);
  fan_out_->add(feed_);
  EXPECT_EQ(queued(), 1U);
}

TEST_F(FanOutTest, OpensWithTheNextKeyFrameIfTheLastIsOld) {
  push(0, true);
  fan_out_->add(feed_);
  push(kLong, false);
  fan_out_->open(feed_);
  EXPECT_EQ(queued(), 1U);
  push(kLong + 1, false);
  EXPECT_EQ(queued(), 1U);
  push(kLong + 2, true);
  push(kLong + 3, false);
  EXPECT_EQ(queued(), 3U);
}

TEST_F(FanOutTest, OpensWithAYoungKeyFrameAndWhatFollowedIt) {
  fan_out_->add(feed_);
  push(0, true);
  push(1, false);
  push(2, false);
  ASSERT_EQ(queued(), 1U);
  fan_out_->open(feed_);
  EXPECT_EQ(queued(), 1U + 3U);
  push(3, false);
  EXPECT_EQ(queued(), 1U + 4U);
}

TEST_F(FanOutTest, AsksTheEncoderForAKeyFrameWhenAFeedOpensBeforeTheFirst) {
  fan_out_->add(feed_);
  EXPECT_EQ(asked(), 0);
  fan_out_->open(feed_);
  EXPECT_EQ(asked(), 1);
}

TEST_F(FanOutTest, AsksTheEncoderForAKeyFrameWhenAFeedOpensLongAfterTheLast) {
  push(0, true);
  push(kLong, false);
  fan_out_->add(feed_);
  EXPECT_EQ(asked(), 0);
  fan_out_->open(feed_);
  EXPECT_EQ(asked(), 1);
}

TEST_F(FanOutTest, DoesNotAskTheEncoderWhenAFeedOpensWithAYoungKeyFrame) {
  push(0, true);
  fan_out_->add(feed_);
  fan_out_->open(feed_);
  EXPECT_EQ(asked(), 0);
}

TEST_F(FanOutTest, AFeedThatIsRemovedGetsNothingMoreAndIsNotKept) {
  fan_out_->add(feed_);
  push(0, true);
  fan_out_->open(feed_);
  push(1, false);
  const auto before = queued();
  fan_out_->remove(feed_);
  push(2, true);
  push(3, false);
  EXPECT_EQ(queued(), before);
  EXPECT_EQ(feed_.use_count(), 1);
}

TEST_F(FanOutTest, ASlowViewerLosesFramesUpToAKeyFrame) {
  fan_out_->add(feed_);
  push(0, true);
  fan_out_->open(feed_);
  for (int i = 1; i < 100; ++i) push(static_cast<GstClockTime>(i) * 100 * GST_MSECOND, false);
  EXPECT_GE(queued(), 5U);
  EXPECT_LE(queued(), 9U) << "half a second of frames, and what shows that it is one";
  EXPECT_EQ(repeats_, 0) << "no key frame is asked for while it could not be taken";
}

}  // namespace
