// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer's requests for lost packets, as webrtcbin's rtpsession hands them on to the real rtprtxsend.
#include "viewer/rtp_network.h"

#include <gst/check/gstharness.h>
#include <gst/rtp/rtp.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

constexpr guint kSsrc = 7;
constexpr guint kFirst = 65'530;
constexpr guint8 kRepair = 97;
constexpr gsize kPicture = 64 * 48 * 3 / 2;
constexpr unsigned kKeyFrames = 10;  // each tenth picture is one

class RtpNetworkTest : public testing::Test {
 protected:
  void SetUp() override {
    gst_init(nullptr, nullptr);
    harness_ = gst_harness_new_parse(
        ("vp8enc deadline=1 keyframe-max-dist=" + std::to_string(kKeyFrames) +
         " ! rtpvp8pay name=pay pt=96 ssrc=" + std::to_string(kSsrc) + " seqnum-offset=" + std::to_string(kFirst) +
         " ! rtprtxsend name=repair payload-type-map=\"application/x-rtp-pt-map,96=(uint)97\"")
            .c_str());
    gst_harness_set_src_caps_str(harness_, "video/x-raw,format=I420,width=64,height=48,framerate=30/1");
    bin_ = gst_adopt(gst_bin_new(nullptr));
    const GstPtr<GstElement> payloader(gst_harness_find_element(harness_, "rtpvp8pay"));
    const GstPtr<GstElement> repair(gst_harness_find_element(harness_, "rtprtxsend"));
    rtp_->ssrc = kSsrc;
    network_ = RtpNetwork::watch(payloader.get(), bin_.get(), rtp_, 1);
    g_signal_emit_by_name(bin_.get(), "deep-element-added", bin_.get(), repair.get());
    requests_.reset(gst_element_get_static_pad(repair.get(), "src"));
  }
  void TearDown() override {
    network_->stop();
    gst_harness_teardown(harness_);
  }

  // Pictures of one packet each.
  void send(unsigned count) {
    for (; count > 0; --count) {
      GstBuffer* picture = gst_buffer_new_allocate(nullptr, kPicture, nullptr);
      gst_buffer_memset(picture, 0, 128, kPicture);
      GST_BUFFER_PTS(picture) = gst_util_uint64_scale(sent_++, GST_SECOND, 30);
      GST_BUFFER_DURATION(picture) = GST_SECOND / 30;
      ASSERT_EQ(gst_harness_push(harness_, picture), GST_FLOW_OK);
      gst_buffer_unref(gst_harness_pull(harness_));
    }
  }
  void ask(unsigned picture) const {
    gst_pad_send_event(requests_.get(), gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                                                             gst_structure_new("GstRTPRetransmissionRequest", "seqnum",
                                                                               G_TYPE_UINT, (kFirst + picture) & 0xffff,
                                                                               "ssrc", G_TYPE_UINT, kSsrc, nullptr)));
  }
  // The pictures of which copies come, up to the one of `last`, which is asked for.
  std::vector<unsigned> copies_until(unsigned last) const {
    ask(last);
    std::vector<unsigned> pictures;
    while (pictures.empty() || pictures.back() != last) {
      GstBuffer* packet = gst_harness_pull(harness_);
      GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
      if (!packet || !gst_rtp_buffer_map(packet, GST_MAP_READ, &rtp)) break;
      EXPECT_EQ(gst_rtp_buffer_get_payload_type(&rtp), kRepair);
      const auto* payload = static_cast<const guint8*>(gst_rtp_buffer_get_payload(&rtp));
      pictures.push_back((GST_READ_UINT16_BE(payload) - kFirst) & 0xffff);  // RFC 4588, 4
      gst_rtp_buffer_unmap(&rtp);
      gst_buffer_unref(packet);
    }
    return pictures;
  }

  GstHarness* harness_ = nullptr;
  GstPtr<GstElement> bin_;  // in the place of webrtcbin
  GstPtr<GstPad> requests_;
  const std::shared_ptr<RtpClock> rtp_ = std::make_shared<RtpClock>();
  std::shared_ptr<RtpNetwork> network_;
  guint64 sent_ = 0;
};

TEST_F(RtpNetworkTest, APacketIsSentAgain) {
  send(8);
  ask(3);
  EXPECT_EQ(copies_until(7), (std::vector<unsigned>{3, 7}));
}

TEST_F(RtpNetworkTest, NoneFromBeforeTheLastKeyFrame) {
  send(kKeyFrames + 5);
  ask(3);
  ask(kKeyFrames - 2);
  ask(kKeyFrames);
  EXPECT_EQ(copies_until(kKeyFrames + 4), (std::vector<unsigned>{kKeyFrames, kKeyFrames + 4}));
}

TEST_F(RtpNetworkTest, NoneWhileNoPictureLeaves) {
  send(8);
  network_->pause(true);
  ask(3);
  network_->pause(false);
  EXPECT_EQ(copies_until(7), (std::vector<unsigned>{7}));
}

TEST_F(RtpNetworkTest, AnotherStreamsPacketsAreNoneOfItsBusiness) {
  rtp_->ssrc = kSsrc + 1;
  send(kKeyFrames + 5);
  ask(3);
  EXPECT_EQ(copies_until(kKeyFrames), (std::vector<unsigned>{3, kKeyFrames}));
}

}  // namespace
