// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipe/cut.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipe/launch_errors.h"

using testing::HasSubstr;

namespace {

class Cut : public testing::Test {
 protected:
  void SetUp() override { gst_init(nullptr, nullptr); }
};

CutPipeline cut_text(std::string_view text) {
  return cut(expand_pipe_text("a.pipe", text, {}));
}

std::string complaint(std::string_view text) {
  try {
    cut_text(text);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

std::string factory(const GstPtr<GstElement>& element) {
  return GST_OBJECT_NAME(gst_element_get_factory(element.get()));
}

TEST_F(Cut, SplitsInFrontOfThePayloader) {
  const auto out = cut_text(
      "videotestsrc ! vp8enc ! rtpvp8pay mtu=1000 ! application/x-rtp,payload=100 ! webrtcbin name=w latency=7 "
      "videotestsrc ! fakesink name=results");
  ASSERT_EQ(out.streams.size(), 1U);
  ASSERT_EQ(out.streams[0].chain.size(), 2U);
  EXPECT_EQ(factory(out.streams[0].chain[0]), "rtpvp8pay");
  EXPECT_EQ(factory(out.streams[0].chain[1]), "capsfilter");
  EXPECT_EQ(factory(out.webrtcbin), "webrtcbin");
  ASSERT_EQ(out.results.size(), 1U);
  EXPECT_STREQ(GST_OBJECT_NAME(out.results[0].get()), "results");
  g_autoptr(GstElement) left = gst_bin_get_by_name(GST_BIN(out.producer.get()), "w");
  EXPECT_EQ(left, nullptr) << "webrtcbin is still in the producer";
}

TEST_F(Cut, TakesAllStreamsOfAllWebrtcbins) {
  const auto out = cut_text(
      "webrtcbin name=w videotestsrc ! vp8enc ! rtpvp8pay ! w. videotestsrc ! vp8enc ! rtpvp8pay ! w. "
      "audiotestsrc ! opusenc ! rtpopuspay ! webrtcbin");
  EXPECT_EQ(out.streams.size(), 3U);
}

std::string name(const GstPtr<GstElement>& element) {
  return element ? GST_OBJECT_NAME(element.get()) : "none";
}

TEST_F(Cut, TheFramestampOfAStreamIsTheOneThatWritesItsStampsNotAReaderAndNotAnotherStreams) {
  const auto out = cut_text(
      "webrtcbin name=w videotestsrc ! tee name=t ! queue ! framestamp name=one ! vp8enc ! vp8dec "
      "! framestamp name=check mode=read ! vp8enc ! rtpvp8pay ! w. "
      "videotestsrc ! vp8enc ! rtpvp8pay ! w. "
      "t. ! queue ! framestamp name=three ! vp8enc ! rtpvp8pay ! w. "
      "t. ! queue ! framestamp name=last mode=read ! fakesink");
  ASSERT_EQ(out.streams.size(), 3U);
  EXPECT_EQ(name(out.streams[0].framestamp), "one");
  EXPECT_EQ(name(out.streams[1].framestamp), "none");
  EXPECT_EQ(name(out.streams[2].framestamp), "three");
  std::vector<std::string> writers;
  for (const auto& framestamp : out.framestamps) writers.push_back(name(framestamp));
  EXPECT_THAT(writers, testing::UnorderedElementsAre("one", "three"));
}

TEST_F(Cut, WantsAWebrtcbin) {
  EXPECT_THAT(complaint("videotestsrc ! fakesink"), HasSubstr("no webrtcbin"));
  EXPECT_THAT(complaint("videotestsrc"), HasSubstr("no webrtcbin"));
  EXPECT_THAT(complaint("webrtcbin videotestsrc ! fakesink"), HasSubstr("nothing is linked"));
}

TEST_F(Cut, WantsAPayloader) {
  EXPECT_THAT(complaint("appsrc caps=application/x-rtp,media=video ! queue ! webrtcbin"),
              HasSubstr("no RTP payloader"));
}

TEST_F(Cut, NamesFileLineAndTokenOfASyntaxError) {
  const std::string text = complaint("videotestsrc\n! vp8enc\n! ! rtpvp8pay\n! webrtcbin");
  EXPECT_THAT(text, HasSubstr("a.pipe:3"));
  EXPECT_THAT(text, HasSubstr("\"!\""));
}

TEST_F(Cut, NamesThePackageOfAMissingElement) {
  const std::string text = complaint("videotestsrc ! fakesink\nnvh264enc ! fakesink");
  EXPECT_THAT(text, HasSubstr("a.pipe:2"));
  EXPECT_THAT(text, HasSubstr("nvh264enc"));
  EXPECT_EQ(debian_package("x264enc"), "gstreamer1.0-plugins-ugly");
  EXPECT_EQ(debian_package("rtph264pay"), "gstreamer1.0-plugins-good");
  EXPECT_EQ(debian_package("avdec_h264"), "gstreamer1.0-libav");
  EXPECT_EQ(debian_package("dtlssrtpenc"), "gstreamer1.0-plugins-bad");
  EXPECT_EQ(debian_package("rtpbin"), "gstreamer1.0-plugins-good");
  EXPECT_EQ(debian_package("nosuchthing"), "");
}

TEST_F(Cut, NamesTheLineOfAnUnknownProperty) {
  const std::string text = complaint("videotestsrc\n! vp8enc sped=1\n! rtpvp8pay ! webrtcbin");
  EXPECT_THAT(text, HasSubstr("a.pipe:2"));
  EXPECT_THAT(text, HasSubstr("sped"));
}

TEST_F(Cut, NamesTheLineOfAnElementThatCannotBeLinked) {
  const std::string text = complaint("videotestsrc\n! rtpvp8pay\n! webrtcbin");
  EXPECT_THAT(text, HasSubstr("a.pipe:"));
  EXPECT_THAT(text, HasSubstr("link"));
}

}  // namespace
