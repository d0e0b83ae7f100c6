// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/start_gate.h"

#include <gst/app/gstappsink.h>
#include <gtest/gtest.h>

namespace {

class StartGateTest : public testing::Test {
 protected:
  void SetUp() override {
    gst_init(nullptr, nullptr);
    pipeline_ =
        gst_adopt(gst_parse_launch("videotestsrc num-buffers=3 ! appsink name=out sync=false async=false", nullptr));
    out_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "out"));
    std::vector<GstPtr<GstPad>> pads;
    pads.emplace_back(gst_element_get_static_pad(out_.get(), "sink"));
    gate_.close(pads, [this] { ++reached_; });
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    while (!gate_.reached()) g_thread_yield();
  }
  void TearDown() override { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
  GstClockTime pull(GstClockTime wait) {
    g_autoptr(GstSample) sample = gst_app_sink_try_pull_sample(GST_APP_SINK(out_.get()), wait);
    return sample ? GST_BUFFER_PTS(gst_sample_get_buffer(sample)) : GST_CLOCK_TIME_NONE;
  }

  GstPtr<GstElement> pipeline_;
  GstPtr<GstElement> out_;
  StartGate gate_;
  std::atomic<int> reached_ = 0;
};

TEST_F(StartGateTest, HoldsTheFirstFrameBackAndLosesNoneWhenItOpens) {
  EXPECT_EQ(pull(0), GST_CLOCK_TIME_NONE);
  EXPECT_EQ(reached_, 1);
  gate_.open();
  EXPECT_EQ(pull(GST_CLOCK_TIME_NONE), 0U);
  for (int i = 1; i < 3; ++i) EXPECT_TRUE(GST_CLOCK_TIME_IS_VALID(pull(GST_CLOCK_TIME_NONE))) << i;
  EXPECT_EQ(pull(GST_CLOCK_TIME_NONE), GST_CLOCK_TIME_NONE) << "the end";
}

TEST_F(StartGateTest, LetsAPipelineEndThatWaits) {
  EXPECT_EQ(gst_element_set_state(pipeline_.get(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_EQ(reached_, 1);
}

}  // namespace
