// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/frame_gaps.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/gst_ptr.h"

namespace {

constexpr GstClockTime kGap = 3 * GST_SECOND;

void play_to_end(GstElement* pipeline) {
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const GstPtr<GstBus> bus(gst_element_get_bus(pipeline));
  g_autoptr(GstMessage) message = gst_bus_timed_pop_filtered(
      bus.get(), GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  EXPECT_EQ(GST_MESSAGE_TYPE(message), GST_MESSAGE_EOS);
  gst_element_set_state(pipeline, GST_STATE_NULL);
}

struct Sizes {
  std::size_t before = 0;  // of all frames in the second before the gap, in bytes
  std::size_t after = 0;
};

// Six seconds of the ball, without the frames from kGap to `end`.
Sizes encode_with_gap(const std::string& encoder, GstClockTime end) {
  const GstPtr<GstElement> pipeline(gst_adopt(
      gst_parse_launch(("ballsrc is-live=false num-buffers=180 ! "
                        "video/x-raw,format=I420,width=320,height=180,framerate=30/1 ! identity name=in ! " +
                        encoder +
                        " name=encoder deadline=1 cpu-used=8 end-usage=cbr lag-in-frames=0 target-bitrate=62500 "
                        "buffer-size=300 keyframe-max-dist=100000 "
                        "! fakesink name=out signal-handoffs=true")
                           .c_str(),
                       nullptr)));
  const GstPtr<GstElement> in(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
  const GstPtr<GstElement> libvpx(gst_bin_get_by_name(GST_BIN(pipeline.get()), "encoder"));
  const GstPtr<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  gst_pad_add_probe(
      GstPtr<GstPad>(gst_element_get_static_pad(in.get(), "src")).get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        const GstClockTime at = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
        return at >= kGap && at < *static_cast<GstClockTime*>(data) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
      },
      &end, nullptr);
  bridge_gaps(libvpx.get());
  struct Measure {
    Sizes sizes;
    GstClockTime end;
  } measure{{}, end};
  g_signal_connect(out.get(), "handoff", G_CALLBACK(+[](GstElement*, GstBuffer* frame, GstPad*, gpointer data) {
                     auto* measure = static_cast<Measure*>(data);
                     Sizes& sizes = measure->sizes;
                     const GstClockTime at = GST_BUFFER_PTS(frame);
                     if (at < kGap && at + GST_SECOND >= kGap) sizes.before += gst_buffer_get_size(frame);
                     // the gap itself, and the queue that the encoder emptied meanwhile, may make a frame or two larger
                     if (at >= measure->end + GST_SECOND / 4 && at < measure->end + 5 * GST_SECOND / 4)
                       sizes.after += gst_buffer_get_size(frame);
                   }),
                   &measure);
  play_to_end(pipeline.get());
  return measure.sizes;
}

class FrameGaps : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { gst_init(nullptr, nullptr); }
};

TEST_P(FrameGaps, AnEncoderThatHasSleptTakesNoMoreBitsThanBefore) {
  const auto [before, after] = encode_with_gap(GetParam(), kGap + 800 * GST_MSECOND);
  EXPECT_GT(before, 3000U);
  EXPECT_LT(static_cast<double>(after), 1.2 * static_cast<double>(before));
}

TEST_P(FrameGaps, NeitherDoesOneThatMissesAFrame) {
  const auto [before, after] = encode_with_gap(GetParam(), kGap + 20 * GST_MSECOND);
  EXPECT_GT(before, 3000U);
  EXPECT_LT(static_cast<double>(after), 1.2 * static_cast<double>(before));
}

// An encoder of noise, asked for one key frame in the middle of its pictures, or woken there from a sleep of five
// seconds.
class WokenEncoder {
 public:
  WokenEncoder(const std::string& encoder, bool sleeps) : sleeps_(sleeps) {
    const GstPtr<GstElement> pipeline(gst_adopt(gst_parse_launch(
        ("videotestsrc pattern=zone-plate kx2=8 ky2=8 kt=1 num-buffers=300 ! "
         "video/x-raw,format=I420,width=320,height=180,framerate=30/1 ! identity name=in ! " +
         encoder +
         " name=encoder deadline=1 cpu-used=-8 end-usage=cbr lag-in-frames=0 target-bitrate=62500 buffer-size=300 "
         "keyframe-mode=disabled keyframe-max-dist=100000 ! fakesink name=out signal-handoffs=true")
            .c_str(),
        nullptr)));
    const GstPtr<GstElement> in(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
    const GstPtr<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
    const GstPtr<GstElement> libvpx(gst_bin_get_by_name(GST_BIN(pipeline.get()), "encoder"));
    woken_ = bridge_gaps(libvpx.get());
    gst_pad_add_probe(
        GstPtr<GstPad>(gst_element_get_static_pad(in.get(), "src")).get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer data) {
          auto& self = *static_cast<WokenEncoder*>(data);
          const GstClockTime at = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
          if (self.sleeps_ && at >= kGap && at < kGap + kSleep) return GST_PAD_PROBE_DROP;
          if (at >= kGap + kSleep && !std::exchange(self.done_, true)) *self.woken_ = true;
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
    g_signal_connect(out.get(), "handoff", G_CALLBACK(+[](GstElement*, GstBuffer* frame, GstPad*, gpointer data) {
                       auto& self = *static_cast<WokenEncoder*>(data);
                       ++self.frames;
                       if (GST_BUFFER_PTS(frame) < kGap + kSleep) return;
                       self.first_is_key =
                           self.first_is_key.value_or(!GST_BUFFER_FLAG_IS_SET(frame, GST_BUFFER_FLAG_DELTA_UNIT));
                       if (self.key_bytes == 0) self.key_bytes = gst_buffer_get_size(frame);
                     }),
                     this);
    play_to_end(pipeline.get());
  }
  WokenEncoder(const WokenEncoder&) = delete;
  WokenEncoder& operator=(const WokenEncoder&) = delete;

  static constexpr GstClockTime kSleep = 5 * GST_SECOND;
  std::size_t frames = 0;
  std::optional<bool> first_is_key;  // of those after the sleep
  std::size_t key_bytes = 0;

 private:
  const bool sleeps_;
  bool done_ = false;
  std::shared_ptr<std::atomic<bool>> woken_;
};

TEST_P(FrameGaps, AWokenEncoderBeginsWithAKeyFrameThatIsNoLargerThanOthers) {
  const WokenEncoder awake(GetParam(), false);
  const WokenEncoder woken(GetParam(), true);
  EXPECT_EQ(awake.frames, 300U);
  EXPECT_EQ(woken.frames, 150U) << "nobody gets the copy that fills the gap";
  EXPECT_TRUE(awake.first_is_key.value_or(false));
  EXPECT_TRUE(woken.first_is_key.value_or(false));
  EXPECT_GT(awake.key_bytes, 500U);
  EXPECT_LE(static_cast<double>(woken.key_bytes), 1.5 * static_cast<double>(awake.key_bytes));
}

INSTANTIATE_TEST_SUITE_P(Libvpx, FrameGaps, testing::Values("vp8enc", "vp9enc"),
                         [](const auto& each) { return each.param; });

}  // namespace
