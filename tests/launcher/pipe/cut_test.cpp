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

guint payload_type(const CutStream& stream) {
  guint type = 0;
  g_object_get(stream.chain.front().get(), "pt", &type, nullptr);
  return type;
}

TEST_F(Cut, TakesTheVideoFirstAndItsSoundFromAllWebrtcbins) {
  const auto out =
      cut_text("audiotestsrc ! opusenc ! rtpopuspay ! webrtcbin videotestsrc ! vp8enc ! rtpvp8pay ! webrtcbin");
  ASSERT_EQ(out.streams.size(), 2U);
  EXPECT_EQ(out.streams[0].media, "video");
  EXPECT_EQ(out.streams[1].media, "audio");
}

TEST_F(Cut, GivesEachStreamAPayloadTypeOfItsOwn) {
  const auto out =
      cut_text("webrtcbin name=w videotestsrc ! vp8enc ! rtpvp8pay ! w. audiotestsrc ! opusenc ! rtpopuspay ! w.");
  EXPECT_EQ(payload_type(out.streams[0]), 96U);
  EXPECT_EQ(payload_type(out.streams[1]), 97U);
}

TEST_F(Cut, LeavesPayloadTypesThatDiffer) {
  const auto out = cut_text(
      "webrtcbin name=w videotestsrc ! vp8enc ! rtpvp8pay pt=120 ! w. audiotestsrc ! alawenc ! rtppcmapay ! w.");
  EXPECT_EQ(payload_type(out.streams[0]), 120U);
  EXPECT_EQ(payload_type(out.streams[1]), 8U);
}

TEST_F(Cut, KeepsClearOfAPayloadTypeThatCapsDemand) {
  const auto out = cut_text(
      "webrtcbin name=w videotestsrc ! vp8enc ! rtpvp8pay ! w. "
      "audiotestsrc ! opusenc ! rtpopuspay ! application/x-rtp,payload=96 ! w.");
  EXPECT_EQ(payload_type(out.streams[0]), 97U);
  const std::string text = complaint(
      "webrtcbin name=w videotestsrc ! vp8enc ! rtpvp8pay ! application/x-rtp,payload=96 ! w. "
      "audiotestsrc ! opusenc ! rtpopuspay name=sound ! application/x-rtp,payload=96 ! w.");
  EXPECT_THAT(text, HasSubstr("payload type 96"));
  EXPECT_THAT(text, HasSubstr("sound"));
}

TEST_F(Cut, RefusesTwoStreamsOfOneMedium) {
  const std::string videos = complaint(
      "webrtcbin name=w videotestsrc ! vp8enc ! rtpvp8pay name=left ! w. videotestsrc ! vp8enc ! rtpvp8pay name=right "
      "! w.");
  EXPECT_THAT(videos, HasSubstr("two streams of video"));
  EXPECT_THAT(videos, HasSubstr("left and right"));
  EXPECT_THAT(
      complaint("webrtcbin name=w audiotestsrc ! opusenc ! rtpopuspay ! w. audiotestsrc ! opusenc ! rtpopuspay ! w."),
      HasSubstr("two streams of audio"));
}

std::string name(const GstPtr<GstElement>& element) {
  return element ? GST_OBJECT_NAME(element.get()) : "none";
}

TEST_F(Cut, TheFramestampOfAStreamIsTheOneThatWritesItsStampsNotAReaderAndNotAnotherBranchs) {
  const auto out = cut_text(
      "webrtcbin name=w videotestsrc ! tee name=t ! queue ! framestamp name=one ! vp8enc ! vp8dec "
      "! framestamp name=check mode=read ! vp8enc ! rtpvp8pay ! w. "
      "audiotestsrc ! opusenc ! rtpopuspay ! w. "
      "t. ! queue ! framestamp name=two ! fakesink "
      "t. ! queue ! framestamp name=last mode=read ! fakesink");
  ASSERT_EQ(out.streams.size(), 2U);
  EXPECT_EQ(name(out.streams[0].rungs[0].framestamp), "one");
  EXPECT_EQ(name(out.streams[1].rungs[0].framestamp), "none");
  std::vector<std::string> writers;
  for (const auto& framestamp : out.framestamps) writers.push_back(name(framestamp));
  EXPECT_THAT(writers, testing::UnorderedElementsAre("one", "two"));
}

TEST_F(Cut, VideoThatLeavesThePipelineAndComesBackHasTheFramestampThatIsThere) {
  const auto out = cut_text(
      "videotestsrc ! framestamp name=far mode=read ! framestamp name=near ! vp8enc ! rtpvp8pay ! udpsink "
      "udpsrc caps=application/x-rtp,media=video ! rtpvp8depay ! rtpvp8pay ! webrtcbin");
  EXPECT_EQ(name(out.streams[0].rungs[0].framestamp), "near");
}

TEST_F(Cut, TakesTheEncodingsThatAnInputSelectorJoinsInItsOrder) {
  const auto out = cut_text(
      "videotestsrc ! tee name=t "
      "t. ! queue name=q1 ! framestamp name=f1 ! vp8enc ! s. "
      "t. ! queue name=q2 ! videoscale ! framestamp name=f2 ! vp8enc name=e2 ! s. "
      "t. ! queue name=q3 ! vp8enc name=e3 ! identity ! s. "
      "input-selector name=s ! rtpvp8pay ! webrtcbin");
  ASSERT_EQ(out.streams.size(), 1U);
  const auto& rungs = out.streams[0].rungs;
  ASSERT_EQ(rungs.size(), 3U);
  EXPECT_EQ(name(rungs[0].framestamp), "f1");
  EXPECT_EQ(name(rungs[1].framestamp), "f2");
  EXPECT_EQ(name(rungs[2].framestamp), "none");
  EXPECT_EQ(name(rungs[1].libvpx), "e2");
  EXPECT_EQ(name(rungs[2].libvpx), "e3");
  std::vector<std::string> entries;
  for (const auto& rung : rungs) {
    ASSERT_TRUE(rung.entry);
    g_autoptr(GstElement) first = gst_pad_get_parent_element(rung.entry.get());
    entries.emplace_back(GST_OBJECT_NAME(first));
  }
  EXPECT_THAT(entries, testing::ElementsAre("q1", "q2", "q3"));
  EXPECT_EQ(out.streams[0].chain.size(), 1U);
  g_autoptr(GstElement) left = gst_bin_get_by_name(GST_BIN(out.producer.get()), "s");
  EXPECT_EQ(left, nullptr) << "the selector is still in the producer";
}

TEST_F(Cut, AnEncodingWithoutATeeBeforeItHasNoEntry) {
  EXPECT_FALSE(cut_text("videotestsrc ! vp8enc ! rtpvp8pay ! webrtcbin").streams[0].rungs[0].entry);
}

TEST_F(Cut, SaysWhereALadderHasTooManyEncodingsOrAnotherCodec) {
  std::string many = "videotestsrc ! tee name=t\ninput-selector name=s ! rtpvp8pay ! webrtcbin";
  for (int i = 0; i < 9; ++i) many += " t. ! queue ! vp8enc ! s.";
  EXPECT_THAT(complaint(many), HasSubstr("a.pipe:2: 9 encodings"));
  const std::string codecs = complaint(
      "videotestsrc ! tee name=t\n"
      "t. ! queue ! vp8enc ! s.\n"
      "t. ! queue ! theoraenc name=other ! s.\n"
      "input-selector name=s ! rtpvp8pay ! webrtcbin");
  EXPECT_THAT(codecs, HasSubstr("a.pipe:4"));
  EXPECT_THAT(codecs, HasSubstr("other"));
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
