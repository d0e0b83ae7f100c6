// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/fan_out.h"

#include <gmock/gmock.h>
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

std::shared_ptr<const Timebase> timebase() {
  return std::make_shared<Timebase>(GstPtr<GstClock>(gst_system_clock_obtain()), GstClockTime{0});
}

// An encoder, as far as a fan-out sees it: frames come from it, and it is asked for key frames.
class Encoding {
 public:
  Encoding()
      : pipeline_(gst_adopt(gst_parse_launch("appsrc name=in format=time ! appsink name=out sync=false", nullptr))),
        in_(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "in")) {
    const GstPtr<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "out"));
    fan_out->connect(out.get(), nullptr, {});
    const GstPtr<GstPad> pad(gst_element_get_static_pad(in_.get(), "src"));
    const auto note = [](GstPad*, GstPadProbeInfo* info, gpointer asked) {
      GstClockTime at = 0;
      if (gst_video_event_parse_upstream_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info), &at, nullptr, nullptr))
        static_cast<std::vector<GstClockTime>*>(asked)->push_back(at);
      return GST_PAD_PROBE_OK;
    };
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, note, &asked_, nullptr);
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  }
  ~Encoding() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
  Encoding(const Encoding&) = delete;
  Encoding& operator=(const Encoding&) = delete;

  // It is a later run, whose own running time begins at 0 all the same.
  void begin_later(GstClockTime by) {
    const GstPtr<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "out"));
    fan_out->connect(out.get(), nullptr, {by});
  }
  // From now on it can sleep.
  void connect_with_entry(std::shared_ptr<std::atomic<bool>> woken = nullptr) {
    const GstPtr<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "out"));
    const GstPtr<GstPad> entry(gst_element_get_static_pad(out.get(), "sink"));
    fan_out->connect(out.get(), entry.get(), {}, std::move(woken));
  }
  void fall_asleep() {
    while (!fan_out->asleep()) g_main_context_iteration(nullptr, TRUE);
  }
  // Until a streaming thread has handed the frame on, or left it out.
  void push(GstClockTime at, bool key) {
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 8, nullptr);
    GST_BUFFER_PTS(buffer) = at;
    if (!key) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    const auto came = [this] { return fan_out->frames() + fan_out->left_out(); };
    const auto before = came();
    gst_app_src_push_buffer(GST_APP_SRC(in_.get()), buffer);
    while (came() == before) g_thread_yield();
  }
  // The running times of the key frames that it was asked for, when what is waiting for the main thread is done.
  std::vector<GstClockTime> asked() {
    while (g_main_context_iteration(nullptr, FALSE)) {
    }
    return asked_;
  }

  const std::shared_ptr<FanOut> fan_out = std::make_shared<FanOut>(timebase());

 private:
  const GstPtr<GstElement> pipeline_;
  const GstPtr<GstElement> in_;
  std::vector<GstClockTime> asked_;
};

// An appsrc that takes frames and sends none on: its level is what a viewer's thread has still to do.
class FanOutTest : public testing::Test {
 protected:
  void SetUp() override {
    gst_init(nullptr, nullptr);
    encoding_ = std::make_unique<Encoding>();
    fan_out_ = encoding_->fan_out;
    appsrc_ = gst_adopt(gst_element_factory_make("appsrc", nullptr));
    g_object_set(appsrc_.get(), "format", GST_FORMAT_TIME, "max-bytes", guint64{0}, "is-live", TRUE, nullptr);
    gst_element_set_state(appsrc_.get(), GST_STATE_PAUSED);  // where a live source gives nothing
    feed_ = std::make_shared<Feed>(std::make_unique<AppsrcOutlet>(appsrc_.get()), fan_out_);
  }
  void TearDown() override {
    feed_->stop();
    gst_element_set_state(appsrc_.get(), GST_STATE_NULL);
  }
  void push(GstClockTime at, bool key) { encoding_->push(at, key); }
  std::size_t asked() { return encoding_->asked().size(); }
  // One that nobody wants either and that was connected later: for this one it is time then, too.
  static void another_falls_asleep() {
    Encoding other;
    other.connect_with_entry();
    other.push(0, true);
    other.fall_asleep();
  }
  guint64 queued() { return gst_app_src_get_current_level_buffers(GST_APP_SRC(appsrc_.get())); }

  std::unique_ptr<Encoding> encoding_;
  std::shared_ptr<FanOut> fan_out_;
  GstPtr<GstElement> appsrc_;
  std::shared_ptr<Feed> feed_;
};

constexpr GstClockTime kLong = 400 * GST_MSECOND;  // too old to begin with, too short to be behind

TEST(FanOut, TakesAFrameThatCameBeforeItWasConnectedWithTheNextOneAndLeavesNoneBehind) {
  gst_init(nullptr, nullptr);
  const auto pipeline =
      gst_adopt(gst_parse_launch("appsrc name=in format=time ! appsink name=out sync=false async=false", nullptr));
  const GstPtr<GstElement> in(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
  const GstPtr<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  const auto push = [&in](GstClockTime at) {
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 8, nullptr);
    GST_BUFFER_PTS(buffer) = at;
    gst_app_src_push_buffer(GST_APP_SRC(in.get()), buffer);
  };
  const auto fan_out = std::make_shared<FanOut>(timebase());
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  push(0);
  SamplePtr came;
  while (!came) {
    GstSample* sample = nullptr;
    g_object_get(out.get(), "last-sample", &sample, nullptr);
    came.reset(sample);
    g_thread_yield();
  }
  fan_out->connect(out.get(), nullptr, {});
  push(1);
  gst_app_src_end_of_stream(GST_APP_SRC(in.get()));
  g_autoptr(GstBus) bus = gst_element_get_bus(pipeline.get());
  g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, GST_MESSAGE_EOS);
  EXPECT_TRUE(message) << "the end of the stream waits for a frame that nobody takes";
  EXPECT_EQ(fan_out->frames(), 2U);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

TEST_F(FanOutTest, BeforeItOpensAFeedGetsOneKeyFrame) {
  feed_->start();
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
  feed_->start();
  EXPECT_EQ(queued(), 1U);
}

TEST_F(FanOutTest, OpensWithTheNextKeyFrameIfTheLastIsOld) {
  push(0, true);
  feed_->start();
  push(kLong, false);
  feed_->open();
  EXPECT_EQ(queued(), 1U);
  push(kLong + 1, false);
  EXPECT_EQ(queued(), 1U);
  push(kLong + 2, true);
  push(kLong + 3, false);
  EXPECT_EQ(queued(), 3U);
}

TEST_F(FanOutTest, OpensWithAYoungKeyFrameAndWhatFollowedIt) {
  feed_->start();
  push(0, true);
  push(1, false);
  push(2, false);
  ASSERT_EQ(queued(), 1U);
  feed_->open();
  EXPECT_EQ(queued(), 1U + 3U);
  push(3, false);
  EXPECT_EQ(queued(), 1U + 4U);
}

TEST_F(FanOutTest, AsksTheEncoderForAKeyFrameWhenAFeedOpensBeforeTheFirst) {
  feed_->start();
  EXPECT_EQ(asked(), 0U);
  feed_->open();
  EXPECT_EQ(asked(), 1U);
}

TEST_F(FanOutTest, AsksTheEncoderForAKeyFrameWhenAFeedOpensLongAfterTheLast) {
  push(0, true);
  push(kLong, false);
  feed_->start();
  EXPECT_EQ(asked(), 0U);
  feed_->open();
  EXPECT_EQ(asked(), 1U);
}

TEST_F(FanOutTest, AsksForAKeyFrameInTheTimeOfARunThatBeganLater) {
  encoding_->begin_later(kLong);
  feed_->start();
  feed_->open();
  EXPECT_THAT(encoding_->asked(), testing::ElementsAre(GST_CLOCK_TIME_NONE)) << "the next frame";
  push(GST_SECOND, true);
  const GstClockTime soon = fan_out_->request_key_frame_after(0, false);
  EXPECT_GT(soon, kLong + GST_SECOND);
  EXPECT_EQ(encoding_->asked().back(), soon - kLong);
}

TEST_F(FanOutTest, DoesNotAskTheEncoderWhenAFeedOpensWithAYoungKeyFrame) {
  push(0, true);
  feed_->start();
  feed_->open();
  EXPECT_EQ(asked(), 0U);
}

TEST_F(FanOutTest, AFeedThatIsRemovedGetsNothingMoreAndIsNotKept) {
  feed_->start();
  push(0, true);
  feed_->open();
  push(1, false);
  const auto before = queued();
  feed_->stop();
  push(2, true);
  push(3, false);
  EXPECT_EQ(queued(), before);
  EXPECT_EQ(feed_.use_count(), 1);
}

TEST_F(FanOutTest, ASlowViewerLosesFramesUpToAKeyFrame) {
  feed_->start();
  push(0, true);
  feed_->open();
  for (int i = 1; i < 100; ++i) push(static_cast<GstClockTime>(i) * 100 * GST_MSECOND, false);
  EXPECT_GE(queued(), 5U);
  EXPECT_LE(queued(), 9U) << "half a second of frames, and what shows that it is one";
  EXPECT_EQ(asked(), 0U) << "no key frame is asked for while it could not be taken";
}

TEST_F(FanOutTest, AFeedThatMovesGoesOnUntilTheOtherEncodingsKeyFrame) {
  Encoding other;
  feed_->start();
  push(0, true);
  other.push(0, true);
  feed_->open();
  ASSERT_EQ(queued(), 2U);
  feed_->move_to(other.fan_out);
  const auto asked = other.asked();
  ASSERT_EQ(asked.size(), 1U);
  const GstClockTime at = asked[0];
  ASSERT_GT(at, 2U) << "a time that the encoder has not come to";
  push(1, false);
  other.push(1, false);
  EXPECT_EQ(queued(), 3U) << "one of the two";
  other.push(2, true);
  EXPECT_EQ(queued(), 3U) << "a key frame that was not meant for it may be of a frame that it has had";
  push(at, false);
  EXPECT_EQ(queued(), 3U) << "from here on frames are the other's, which may be slower";
  other.push(at, true);
  other.push(at + 1, false);
  EXPECT_EQ(queued(), 5U);
  push(at + 1, true);
  EXPECT_EQ(queued(), 5U);
}

TEST_F(FanOutTest, AnEncodingThatAFeedHasLeftKeepsNothingOfIt) {
  Encoding other;
  feed_->start();
  push(0, true);
  feed_->open();
  feed_->move_to(other.fan_out);
  other.push(other.asked().at(0), true);
  other.asked();  // what waits for the main thread is done
  EXPECT_EQ(feed_.use_count(), 2) << "ours and the other encoding's";
  feed_->stop();
  EXPECT_EQ(feed_.use_count(), 1);
}

TEST_F(FanOutTest, AFeedStaysWhereItWasIfTheOtherEncodingHasNoKeyFrame) {
  Encoding other;
  feed_->start();
  push(0, true);
  feed_->open();
  feed_->move_to(other.fan_out);
  const GstClockTime at = other.asked().at(0);
  other.push(at, false);
  push(at + GST_SECOND, false);
  EXPECT_EQ(queued(), 2U) << "it has missed frames";
  EXPECT_EQ(asked(), 1U) << "so a key frame is asked for";
  push(at + GST_SECOND + 1, true);
  EXPECT_EQ(queued(), 3U);
  other.push(at + GST_SECOND + 2, true);
  EXPECT_EQ(queued(), 3U) << "too late";
}

TEST_F(FanOutTest, AFeedThatComesBackBeforeItHasLeftGetsEachFrameOnce) {
  Encoding other;
  feed_->start();
  push(0, true);
  feed_->open();
  feed_->move_to(other.fan_out);
  other.push(other.asked().at(0), true);  // that it has left is still to be done on the main thread
  feed_->move_to(fan_out_);
  const GstClockTime at = 250 * GST_MSECOND;
  push(at, true);
  asked();
  push(at + 1, false);
  EXPECT_EQ(queued(), 5U);
}

TEST_F(FanOutTest, AFeedThatMovesBackMissesNothing) {
  Encoding other;
  feed_->start();
  push(0, true);
  feed_->open();
  feed_->move_to(other.fan_out);
  const GstClockTime at = other.asked().at(0);
  feed_->move_to(fan_out_);
  push(at, false);
  EXPECT_EQ(queued(), 3U);
  other.push(at, true);
  EXPECT_EQ(queued(), 3U);
}

TEST_F(FanOutTest, AFeedThatMovesAtOnceGetsNothingMoreOfTheOldEncoding) {
  Encoding other;
  feed_->start();
  push(5, true);
  feed_->open();
  feed_->move_to(other.fan_out, true);
  EXPECT_THAT(other.asked(), testing::ElementsAre(6)) << "the next frame";
  push(6, false);
  EXPECT_EQ(queued(), 2U);
  other.push(5, true);
  EXPECT_EQ(queued(), 2U) << "it has had that one";
  other.push(6, true);
  EXPECT_EQ(queued(), 3U);
}

TEST_F(FanOutTest, AFeedThatPausesGetsNothingAndGoesOnWithAKeyFrame) {
  feed_->start();
  push(0, true);
  feed_->open();
  feed_->pause();
  push(1, true);
  push(kLong, false);
  EXPECT_EQ(queued(), 2U);
  feed_->resume();
  EXPECT_EQ(asked(), 1U);
  push(kLong + 1, false);
  EXPECT_EQ(queued(), 2U);
  push(kLong + 2, true);
  push(kLong + 3, false);
  EXPECT_EQ(queued(), 4U);
}

TEST_F(FanOutTest, AFeedThatGoesOnGetsNothingThatItHadBefore) {
  feed_->start();
  push(0, true);
  feed_->open();
  push(1, false);
  feed_->pause();
  feed_->resume();
  EXPECT_EQ(queued(), 3U);
  EXPECT_EQ(asked(), 1U) << "though its key frame is young";
  push(2, true);
  EXPECT_EQ(queued(), 4U);
}

TEST_F(FanOutTest, AFeedThatMovesWhileItPausesGoesOnWithTheOtherEncoding) {
  Encoding other;
  feed_->start();
  push(0, true);
  feed_->open();
  feed_->pause();
  feed_->move_to(other.fan_out);
  other.push(1, true);
  EXPECT_EQ(queued(), 2U);
  feed_->resume();
  EXPECT_EQ(queued(), 3U) << "its key frame is young";
  push(2, true);
  EXPECT_EQ(queued(), 3U);
}

TEST_F(FanOutTest, AFeedOfStillsGetsKeyFramesAlone) {
  feed_->start();
  push(0, true);
  feed_->open();
  feed_->set_still_interval(1);
  push(1, false);
  push(2, true);
  push(3, false);
  EXPECT_EQ(queued(), 3U);
  EXPECT_EQ(asked(), 0U) << "who wants stills says when";
  feed_->set_still_interval(0);
  push(4, false);
  EXPECT_EQ(queued(), 3U) << "of pictures that it has not had";
  EXPECT_EQ(asked(), 1U);
  push(5, true);
  push(6, false);
  EXPECT_EQ(queued(), 5U);
}

TEST_F(FanOutTest, AFeedOfStillsGetsNoMoreOfThemThanItWants) {
  feed_->start();
  push(0, true);
  feed_->open();
  feed_->set_still_interval(GST_SECOND);
  push(1, true);
  push(GST_SECOND / 2, true);
  EXPECT_EQ(queued(), 2U) << "that others have asked for";
  push(GST_SECOND, true);
  EXPECT_EQ(queued(), 3U);
}

TEST_F(FanOutTest, AnEncodingThatNobodyWantsSleepsUntilSomeoneDoesAndWakesWithAKeyFrame) {
  encoding_->connect_with_entry();
  push(0, true);
  encoding_->fall_asleep();
  push(1, false);
  EXPECT_EQ(fan_out_->frames(), 1U);
  EXPECT_EQ(fan_out_->left_out(), 1U);
  feed_->start();
  EXPECT_FALSE(fan_out_->asleep());
  EXPECT_EQ(queued(), 1U) << "what the payloader needs for its caps";
  EXPECT_EQ(asked(), 1U);
  feed_->open();
  EXPECT_EQ(queued(), 1U) << "the key frame is of before it slept, however young it is";
  push(2, true);
  EXPECT_EQ(queued(), 2U);
}

TEST_F(FanOutTest, AnEncodingThatIsToldThatItWasWokenIsNotAskedForTheKeyFrame) {
  const auto woken = std::make_shared<std::atomic<bool>>(false);
  encoding_->connect_with_entry(woken);
  push(0, true);
  encoding_->fall_asleep();
  EXPECT_FALSE(*woken);
  feed_->start();
  feed_->open();
  EXPECT_TRUE(*woken);
  EXPECT_EQ(asked(), 0U) << "the copy that fills the gap would become one";
}

TEST_F(FanOutTest, AnEncodingDoesNotSleepBeforeAFrameOfTheRunHasCome) {
  encoding_->connect_with_entry();
  another_falls_asleep();
  EXPECT_FALSE(fan_out_->asleep());
  push(0, true);
  encoding_->fall_asleep();
}

TEST_F(FanOutTest, AnEncodingThatCannotSleepIsAskedForAKeyFrameWhenSomeoneComes) {
  push(0, true);
  another_falls_asleep();
  push(kLong, false);
  EXPECT_EQ(fan_out_->frames(), 2U);
  feed_->start();
  feed_->open();
  EXPECT_EQ(asked(), 1U);
}

TEST_F(FanOutTest, AnEncodingThatAFeedMovesToWakes) {
  Encoding other;
  other.connect_with_entry();
  other.push(0, true);
  other.fall_asleep();
  feed_->start();
  push(7, true);
  feed_->open();
  feed_->move_to(other.fan_out, true);
  EXPECT_FALSE(other.fan_out->asleep());
  EXPECT_EQ(other.asked().back(), 8U);
  other.push(8, true);
  EXPECT_EQ(queued(), 3U);
}

TEST_F(FanOutTest, AFeedThatIsNotOpenYetMovesAtOnce) {
  Encoding other;
  feed_->start();
  feed_->move_to(other.fan_out);
  push(0, true);
  EXPECT_EQ(queued(), 0U);
  other.push(0, true);
  EXPECT_EQ(queued(), 1U);
  feed_->open();
  EXPECT_EQ(queued(), 2U);
}

}  // namespace
