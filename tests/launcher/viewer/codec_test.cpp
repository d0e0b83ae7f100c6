// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer/codec.h"

#include <gst/app/gstappsink.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/gst_ptr.h"

namespace {

using Bytes = std::vector<guint8>;
using CapsPtr = std::unique_ptr<GstCaps, MiniObjectDeleter>;

CapsPtr caps(const std::string& text) {
  return CapsPtr(gst_caps_from_string(text.c_str()));
}

std::optional<protocol::Media::Video> codec_of(const std::string& text, const Bytes& frame = {}) {
  const BufferPtr buffer(gst_buffer_new_allocate(nullptr, frame.size(), nullptr));
  gst_buffer_fill(buffer.get(), 0, frame.data(), frame.size());
  return video_codec(caps(text).get(), buffer.get());
}

std::string name_of(const std::string& text, const Bytes& frame = {}) {
  const auto video = codec_of(text, frame);
  return video ? video->codec : "nothing";
}

class Codec : public testing::Test {
 protected:
  void SetUp() override { gst_init(nullptr, nullptr); }
};

TEST_F(Codec, Vp8AndVp9AreNamedByTheirCaps) {
  EXPECT_EQ(name_of("video/x-vp8"), "vp8");
  EXPECT_EQ(name_of("video/x-vp9"), "vp09.00.51.08");
  EXPECT_EQ(name_of("video/x-vp9,profile=(string)0"), "vp09.00.51.08");
  EXPECT_EQ(name_of("video/x-vp9,profile=(string)1"), "vp09.01.51.08");
  EXPECT_EQ(name_of("video/x-vp9,profile=(string)2"), "vp09.02.51.10");
  EXPECT_EQ(codec_of("video/x-vp8")->description, "");
}

TEST_F(Codec, WhatBrowsersDoNotDecodeHereIsNothing) {
  EXPECT_EQ(name_of("video/x-h265,stream-format=byte-stream"), "nothing");
  EXPECT_EQ(name_of("image/jpeg"), "nothing");
}

TEST_F(Codec, AvcIsDescribedByItsCodecData) {
  const auto video = codec_of("video/x-h264,stream-format=avc,codec_data=(buffer)014d401fff");
  ASSERT_TRUE(video);
  EXPECT_EQ(video->codec, "avc1.4D401F");
  EXPECT_EQ(video->description, "\x01\x4d\x40\x1f\xff");
  EXPECT_EQ(name_of("video/x-h264,stream-format=avc,codec_data=(buffer)014d401f"), "nothing") << "too short";
}

constexpr const char* kByteStream = "video/x-h264,stream-format=byte-stream";

TEST_F(Codec, AByteStreamIsDescribedByItsSequenceParameters) {
  EXPECT_EQ(name_of(kByteStream, {0, 0, 1, 0x67, 0x42, 0xc0, 0x0d, 0xff}), "avc1.42C00D");
  EXPECT_EQ(name_of(kByteStream, {0, 0, 0, 1, 0x27, 0x64, 0x00, 0x28}), "avc1.640028");
  EXPECT_EQ(codec_of(kByteStream, {0, 0, 1, 0x67, 0x42, 0xc0, 0x0d})->description, "")
      << "its parameters are in its frames";
}

TEST_F(Codec, SequenceParametersMayStandBehindOtherUnits) {
  const Bytes frame{0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x06, 7, 0, 0, 1, 0x67, 0x4d, 0x40, 0x1f, 0, 0, 1, 0x65, 1, 2};
  EXPECT_EQ(name_of(kByteStream, frame), "avc1.4D401F");
}

TEST_F(Codec, AKeyFrameWithoutWholeSequenceParametersTellsNothing) {
  EXPECT_EQ(name_of(kByteStream, {0, 0, 0, 1, 0x65, 0x42, 0xc0, 0x0d, 0x67, 0x42, 0xc0, 0x0d}), "nothing");
  const Bytes whole{0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x0d};
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(name_of(kByteStream, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), "nothing")
        << size;
}

// The first frame of a real encoder.
SamplePtr encoded(const std::string& to) {
  const std::string text =
      "videotestsrc num-buffers=1 ! video/x-raw,width=64,height=48 ! " + to + " ! appsink name=out";
  const auto pipeline = gst_adopt(gst_parse_launch(text.c_str(), nullptr));
  const GstPtr<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  SamplePtr sample(gst_app_sink_pull_sample(GST_APP_SINK(out.get())));
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return sample;
}

TEST_F(Codec, BothFormsOfARealEncoderHaveTheSameName) {
  const std::string x264 = "x264enc aud=true tune=zerolatency ! video/x-h264,profile=constrained-baseline,";
  const SamplePtr avc = encoded(x264 + "stream-format=avc");
  const SamplePtr stream = encoded(x264 + "stream-format=byte-stream");
  ASSERT_TRUE(avc && stream);
  const auto described = video_codec(gst_sample_get_caps(avc.get()), gst_sample_get_buffer(avc.get()));
  const auto plain = video_codec(gst_sample_get_caps(stream.get()), gst_sample_get_buffer(stream.get()));
  ASSERT_TRUE(described && plain);
  EXPECT_EQ(plain->codec.substr(0, 9), "avc1.42C0") << "constrained baseline";
  EXPECT_EQ(described->codec, plain->codec);
  EXPECT_GT(described->description.size(), 20U) << "with its parameter sets";
  EXPECT_EQ(plain->description, "");
}

TEST_F(Codec, OpusIsTheOnlySound) {
  const protocol::Media::Audio stereo{"opus", 48000, 2};
  EXPECT_EQ(audio_codec(caps("audio/x-opus").get()), stereo);
  const protocol::Media::Audio mono{"opus", 16000, 1};
  EXPECT_EQ(audio_codec(caps("audio/x-opus,rate=16000,channels=1").get()), mono);
  EXPECT_FALSE(audio_codec(caps("audio/mpeg,mpegversion=4,rate=48000,channels=2").get()));
}

}  // namespace
