// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gst/check/gsttestclock.h>
#include <gtest/gtest.h>

#include "core/json.h"
#include "frames.h"
#include "regions.h"

namespace {

const std::string kCaps = caps_text("I420", 640, 360);

class ResultJson : public testing::Test {
 protected:
  // Behind it: a clock that the test moves.
  void begin(const std::string& properties = "") {
    harness_ = play("resultjson " + properties, kCaps);
    gst_harness_use_testclock(harness_.get());
  }
  // A frame on which so many objects were found.
  static Ptr<GstBuffer> frame(GstClockTime pts, int objects = 0) {
    auto made = black_frame(info_of(kCaps), pts);
    for (int i = 0; i < objects; ++i)
      gst_buffer_add_video_region_of_interest_meta(made.get(), "person", 10 + static_cast<guint>(i), 20, 30, 40);
    return made;
  }
  // What comes out for it.
  std::vector<core::Json> messages(Ptr<GstBuffer> frame) {
    EXPECT_EQ(gst_harness_push(harness_.get(), frame.release()), GST_FLOW_OK);
    std::vector<core::Json> out;
    while (const Ptr<GstBuffer> came{gst_harness_try_pull(harness_.get())}) {
      std::string text(gst_buffer_get_size(came.get()), ' ');
      gst_buffer_extract(came.get(), 0, text.data(), text.size());
      sizes_.push_back(text.size());
      out.push_back(core::Json::parse(text));
    }
    return out;
  }
  void go_to(GstClockTime time) { gst_harness_set_time(harness_.get(), time); }

  Ptr<GstHarness> harness_;
  std::vector<std::size_t> sizes_;
};

std::vector<std::string> types(const std::vector<core::Json>& messages) {
  std::vector<std::string> out;
  for (const auto& message : messages) out.push_back(message.at("type"));
  return out;
}

using testing::ElementsAre;
using testing::IsEmpty;

}  // namespace

TEST_F(ResultJson, tells_of_the_stream_and_what_was_found_on_the_frame) {
  begin();
  go_to(1020 * GST_MSECOND);
  const auto came = messages(frame(GST_SECOND, 1));
  ASSERT_THAT(types(came), ElementsAre("stream", "result"));
  EXPECT_EQ(came[0].at("stamp"), core::Json::parse(R"({"rows":24,"cell":8})"));
  EXPECT_EQ(came[0].at("rtpOffset"), nullptr);
  EXPECT_EQ(came[0].at("state"), "live");
  EXPECT_NEAR(came[0].at("epoch"), static_cast<double>(g_get_real_time()) / 1000 - 1020, 1000);
  EXPECT_EQ(came[1].at("frame"), 90'000);
  EXPECT_EQ(came[1].at("age"), 20.0);
  EXPECT_EQ(came[1].at("width"), 640);
  EXPECT_EQ(came[1].at("height"), 360);
  EXPECT_EQ(came[1].at("whole"), false);
  ASSERT_EQ(came[1].at("objects").size(), 1U);
  EXPECT_EQ(came[1].at("objects")[0].at("label"), "person");
  EXPECT_EQ(came[1].at("objects")[0].at("x"), 10);
}

TEST_F(ResultJson, nothing_found_is_a_result_too) {
  begin("stream-interval=0 name=faces");
  const auto came = messages(frame(0));
  ASSERT_THAT(types(came), ElementsAre("result"));
  EXPECT_THAT(came[0].at("objects"), IsEmpty());
  EXPECT_EQ(came[0].at("model"), "faces");
}

TEST_F(ResultJson, a_frame_that_the_model_did_not_see_or_that_has_no_time_is_left_out) {
  begin("stream-interval=0");
  auto skipped = frame(0, 1);
  cvgst::add_skipped(skipped.get(), "model");
  EXPECT_THAT(messages(std::move(skipped)), IsEmpty());
  EXPECT_THAT(messages(frame(GST_CLOCK_TIME_NONE, 1)), IsEmpty());
  EXPECT_THAT(types(messages(frame(0, 1))), ElementsAre("result"));
}

TEST_F(ResultJson, tells_of_the_stream_again_and_again_and_of_another_size_at_once) {
  begin("stream-interval=1000");
  std::vector<bool> told;
  for (const guint64 ms : {0, 500, 999, 1000, 1001, 2000}) {
    go_to(ms * GST_MSECOND);
    told.push_back(messages(frame(ms * GST_MSECOND)).size() == 2);
  }
  EXPECT_THAT(told, ElementsAre(true, false, false, true, false, true));
  gst_harness_set_src_caps_str(harness_.get(), caps_text("I420", 320, 180).c_str());
  const auto came = messages(black_frame(info_of(caps_text("I420", 320, 180)), 2 * GST_SECOND));
  ASSERT_THAT(types(came), ElementsAre("stream", "result"));
  EXPECT_EQ(came[0].at("stamp").at("rows"), 28);
  EXPECT_EQ(came[1].at("height"), 180);
}

TEST_F(ResultJson, the_epoch_does_not_tremble) {
  // A machine may stop for longer than what counts as another epoch, but not every time.
  std::vector<double> epochs{0, 1};
  for (int tries = 0; tries < 50 && epochs.front() != epochs.back(); ++tries) {
    begin("stream-interval=1");
    epochs.clear();
    const gint64 began = g_get_monotonic_time();
    for (int i = 0; i < 5; ++i) {
      // the test's clock goes as the machine's does
      const auto now = static_cast<GstClockTime>(g_get_monotonic_time() - began) * GST_USECOND + i * 2 * GST_MSECOND;
      go_to(now);
      epochs.push_back(messages(frame(now)).at(0).at("epoch"));
    }
  }
  EXPECT_THAT(epochs, testing::Each(epochs.front()));
}

TEST_F(ResultJson, a_video_without_stamps_is_whole) {
  begin("stamped=false");
  const auto came = messages(frame(0));
  EXPECT_EQ(came.at(0).at("stamp"), nullptr);
  EXPECT_EQ(came.at(1).at("whole"), true);
}

TEST_F(ResultJson, what_does_not_fit_is_left_out_and_said) {
  begin("max-size=1400");
  go_to(0);
  const auto came = messages(frame(0, 100));
  ASSERT_EQ(came.size(), 2U);
  EXPECT_THAT(sizes_, testing::Each(testing::Le(1400U)));
  EXPECT_GT(sizes_[1], 700U);
  EXPECT_EQ(came[1].at("truncated"), true);
}

TEST_F(ResultJson, ids_and_epoch_know_of_an_offset) {
  begin("running-time-offset=2000000000");
  go_to(GST_SECOND);
  const auto came = messages(frame(GST_SECOND));
  EXPECT_NEAR(came.at(0).at("epoch"), static_cast<double>(g_get_real_time()) / 1000 - 3000, 1000);
  EXPECT_EQ(came.at(1).at("frame"), 3 * 90'000);
  EXPECT_EQ(came.at(1).at("age"), 0.0);
}
