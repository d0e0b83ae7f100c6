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
  ASSERT_EQ(out.outputs[0].streams.size(), 1U);
  ASSERT_EQ(out.outputs[0].streams[0].chain.size(), 2U);
  EXPECT_EQ(factory(out.outputs[0].streams[0].chain[0]), "rtpvp8pay");
  EXPECT_EQ(factory(out.outputs[0].streams[0].chain[1]), "capsfilter");
  EXPECT_EQ(factory(out.outputs[0].webrtcbin), "webrtcbin");
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
  ASSERT_EQ(out.outputs[0].streams.size(), 2U);
  EXPECT_EQ(out.outputs[0].streams[0].media, "video");
  EXPECT_EQ(out.outputs[0].streams[1].media, "audio");
}

TEST_F(Cut, GivesEachStreamAPayloadTypeOfItsOwn) {
  const auto out =
      cut_text("webrtcbin name=w videotestsrc ! vp8enc ! rtpvp8pay ! w. audiotestsrc ! opusenc ! rtpopuspay ! w.");
  EXPECT_EQ(payload_type(out.outputs[0].streams[0]), 96U);
  EXPECT_EQ(payload_type(out.outputs[0].streams[1]), 97U);
}

TEST_F(Cut, LeavesPayloadTypesThatDiffer) {
  const auto out = cut_text(
      "webrtcbin name=w videotestsrc ! vp8enc ! rtpvp8pay pt=120 ! w. audiotestsrc ! alawenc ! rtppcmapay ! w.");
  EXPECT_EQ(payload_type(out.outputs[0].streams[0]), 120U);
  EXPECT_EQ(payload_type(out.outputs[0].streams[1]), 8U);
}

TEST_F(Cut, KeepsClearOfAPayloadTypeThatCapsDemand) {
  const auto out = cut_text(
      "webrtcbin name=w videotestsrc ! vp8enc ! rtpvp8pay ! w. "
      "audiotestsrc ! opusenc ! rtpopuspay ! application/x-rtp,payload=96 ! w.");
  EXPECT_EQ(payload_type(out.outputs[0].streams[0]), 97U);
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
  EXPECT_THAT(videos, HasSubstr("webrtcbin name=NAME"));
  EXPECT_THAT(
      complaint("webrtcbin name=w audiotestsrc ! opusenc ! rtpopuspay ! w. audiotestsrc ! opusenc ! rtpopuspay ! w."),
      HasSubstr("two streams of audio"));
}

std::string name(const GstPtr<GstElement>& element) {
  return element ? GST_OBJECT_NAME(element.get()) : "none";
}

constexpr const char* kRawAndDrawn =
    "videotestsrc ! tee name=t\n"
    "t. ! queue ! vp8enc ! rtpvp8pay ! webrtcbin name=raw\n"
    "t. ! queue ! identity name=model ! tee name=u ! queue ! vp8enc ! rtpvp8pay\n"
    "! webrtcbin name=drawn latency=7\n"
    "u. ! queue ! fakesink name=results-of-drawn\n"
    "u. ! queue ! identity name=second ! fakesink name=results-second\n"
    "t. ! queue ! identity name=beside ! fakesink name=results-beside\n"
    "audiotestsrc name=other ! fakesink name=results-other\n"
    "audiotestsrc ! opusenc ! rtpopuspay ! drawn.";

TEST_F(Cut, EachWebrtcbinIsAnOutputWhereSeveralHaveVideo) {
  const auto out = cut_text(kRawAndDrawn);
  ASSERT_EQ(out.outputs.size(), 2U);
  EXPECT_EQ(out.outputs[0].name, "raw");
  EXPECT_EQ(out.outputs[0].place, "a.pipe:2");
  EXPECT_EQ(out.outputs[0].streams.size(), 1U);
  EXPECT_EQ(out.outputs[1].name, "drawn");
  EXPECT_EQ(out.outputs[1].place, "a.pipe:4");
  ASSERT_EQ(out.outputs[1].streams.size(), 2U);
  EXPECT_EQ(out.outputs[1].streams[0].media, "video");
  EXPECT_EQ(payload_type(out.outputs[0].streams[0]), payload_type(out.outputs[1].streams[0]));
  EXPECT_NE(payload_type(out.outputs[1].streams[0]), payload_type(out.outputs[1].streams[1]));
  guint latency = 0;
  g_object_get(out.outputs[1].webrtcbin.get(), "latency", &latency, nullptr);
  EXPECT_EQ(latency, 7U);
}

TEST_F(Cut, AnOutputShowsWhatTheElementsSeeThatLeadToItAndWhatIsBesideThem) {
  const auto out = cut_text(kRawAndDrawn);
  const auto shown_by = [&out](const char* name) -> std::set<std::size_t> {
    g_autoptr(GstElement) element = gst_bin_get_by_name(GST_BIN(out.producer.get()), name);
    const auto found = out.shown_by.find(element);
    return found == out.shown_by.end() ? std::set<std::size_t>{} : found->second;
  };
  using Set = std::set<std::size_t>;
  EXPECT_EQ(shown_by("t"), (Set{0, 1}));
  for (const char* name : {"model", "results-of-drawn", "second", "results-second"}) EXPECT_EQ(shown_by(name), Set{1});
  for (const char* name : {"beside", "results-beside"}) EXPECT_EQ(shown_by(name), (Set{0, 1}));
  for (const char* name : {"other", "results-other"}) EXPECT_EQ(shown_by(name), Set{}) << "that is not known";
  EXPECT_TRUE(cut_text("videotestsrc ! vp8enc ! rtpvp8pay ! webrtcbin").shown_by.empty());
}

TEST_F(Cut, WhatABinHoldsLeadsThroughIt) {
  const auto out = cut_text(
      "videotestsrc ! tee name=t t. ! queue ! vp8enc ! rtpvp8pay ! webrtcbin name=one "
      "t. ! bin.( queue ! identity name=inside ! framestamp name=f ) ! vp8enc ! rtpvp8pay ! webrtcbin name=two");
  g_autoptr(GstElement) inside = gst_bin_get_by_name(GST_BIN(out.producer.get()), "inside");
  ASSERT_TRUE(inside);
  EXPECT_EQ(out.shown_by.at(inside), std::set<std::size_t>{1});
  EXPECT_EQ(name(out.outputs[0].streams[0].rungs[0].framestamp), "none");
  EXPECT_EQ(name(out.outputs[1].streams[0].rungs[0].framestamp), "f");
}

TEST_F(Cut, OutputsAreInTheOrderOfTheFile) {
  std::string text = "videotestsrc ! tee name=t\n";
  for (const char* each : {"c", "a", "d", "b"})
    text += std::string("t. ! queue ! vp8enc ! rtpvp8pay ! webrtcbin name=") + each + "\n";
  std::vector<std::string> names;
  for (const auto& output : cut_text(text).outputs) names.push_back(output.name);
  EXPECT_THAT(names, testing::ElementsAre("c", "a", "d", "b"));
}

TEST_F(Cut, OfSeveralOutputsEachNeedsANameOfItsOwnAndAPicture) {
  const std::string unnamed = complaint(
      "videotestsrc ! vp8enc ! rtpvp8pay ! webrtcbin name=one\n"
      "videotestsrc ! vp8enc ! rtpvp8pay ! webrtcbin latency=7");
  EXPECT_THAT(unnamed, HasSubstr("a.pipe:2: a webrtcbin has no name"));
  EXPECT_THAT(unnamed, HasSubstr("\"webrtcbin name=yard\""));
  EXPECT_THAT(complaint("videotestsrc ! vp8enc ! rtpvp8pay ! webrtcbin name=one\n"
                        "videotestsrc ! vp8enc ! rtpvp8pay ! webrtcbin name=two\nwebrtcbin name=three"),
              HasSubstr("a.pipe:3: the webrtcbin \"three\" has no video"));
  EXPECT_THAT(complaint("videotestsrc ! vp8enc ! rtpvp8pay ! webrtcbin name=one\n"
                        "videotestsrc ! vp8enc ! rtpvp8pay ! webrtcbin name=two\n"
                        "audiotestsrc ! opusenc ! rtpopuspay ! webrtcbin name=sound"),
              HasSubstr("a.pipe:3: the webrtcbin \"sound\" has no video"));
}

TEST_F(Cut, TheFramestampOfAStreamIsTheOneThatWritesItsStampsNotAReaderAndNotAnotherBranchs) {
  const auto out = cut_text(
      "webrtcbin name=w videotestsrc ! tee name=t ! queue ! framestamp name=one ! vp8enc ! vp8dec "
      "! framestamp name=check mode=read ! vp8enc ! rtpvp8pay ! w. "
      "audiotestsrc ! opusenc ! rtpopuspay ! w. "
      "t. ! queue ! framestamp name=two ! fakesink "
      "t. ! queue ! framestamp name=last mode=read ! fakesink");
  ASSERT_EQ(out.outputs[0].streams.size(), 2U);
  EXPECT_EQ(name(out.outputs[0].streams[0].rungs[0].framestamp), "one");
  EXPECT_EQ(name(out.outputs[0].streams[1].rungs[0].framestamp), "none");
  std::vector<std::string> writers;
  for (const auto& framestamp : out.framestamps) writers.push_back(name(framestamp));
  EXPECT_THAT(writers, testing::UnorderedElementsAre("one", "two"));
}

TEST_F(Cut, VideoThatLeavesThePipelineAndComesBackHasTheFramestampThatIsThere) {
  const auto out = cut_text(
      "videotestsrc ! framestamp name=far mode=read ! framestamp name=near ! vp8enc ! rtpvp8pay ! udpsink "
      "udpsrc caps=application/x-rtp,media=video ! rtpvp8depay ! rtpvp8pay ! webrtcbin");
  EXPECT_EQ(name(out.outputs[0].streams[0].rungs[0].framestamp), "near");
}

TEST_F(Cut, TakesTheEncodingsThatAnInputSelectorJoinsInItsOrder) {
  const auto out = cut_text(
      "videotestsrc ! tee name=t "
      "t. ! queue name=q1 ! framestamp name=f1 ! vp8enc ! s. "
      "t. ! queue name=q2 ! videoscale ! framestamp name=f2 ! vp8enc name=e2 ! s. "
      "t. ! queue name=q3 ! vp8enc name=e3 ! identity ! s. "
      "input-selector name=s ! rtpvp8pay ! webrtcbin");
  ASSERT_EQ(out.outputs[0].streams.size(), 1U);
  const auto& rungs = out.outputs[0].streams[0].rungs;
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
  EXPECT_EQ(out.outputs[0].streams[0].chain.size(), 1U);
  g_autoptr(GstElement) left = gst_bin_get_by_name(GST_BIN(out.producer.get()), "s");
  EXPECT_EQ(left, nullptr) << "the selector is still in the producer";
}

TEST_F(Cut, AnEncodingWithoutATeeBeforeItHasNoEntry) {
  EXPECT_FALSE(cut_text("videotestsrc ! vp8enc ! rtpvp8pay ! webrtcbin").outputs[0].streams[0].rungs[0].entry);
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
