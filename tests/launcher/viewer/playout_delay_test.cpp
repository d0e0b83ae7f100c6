// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer/playout_delay.h"

#include <gst/check/gstharness.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace {

using Bytes = std::array<std::uint8_t, 3>;

// 12 bits each, in 10 ms; one server shipped them with the middle nibble swapped
static_assert(pack_playout_delay(0, 0) == Bytes{0, 0, 0});
static_assert(pack_playout_delay(10, 0) == Bytes{0x00, 0x10, 0x00});
static_assert(pack_playout_delay(0, 10) == Bytes{0x00, 0x00, 0x01});
static_assert(pack_playout_delay(0x123 * 10, 0x456 * 10) == Bytes{0x12, 0x34, 0x56});

// Pushes one frame of several packets.
void push_frame(GstHarness* harness) {
  // a VP8 key frame's first bytes, then whatever
  GstBuffer* frame = gst_buffer_new_allocate(nullptr, 1000, nullptr);
  gst_buffer_memset(frame, 0, 0, 1000);
  const guint8 start[] = {0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 64, 0, 64, 0};
  gst_buffer_fill(frame, 0, start, sizeof start);
  GST_BUFFER_PTS(frame) = 0;
  ASSERT_EQ(gst_harness_push(harness, frame), GST_FLOW_OK);
}

void expect_on_every_packet(GstHarness* harness, const Bytes& expected) {
  const guint packets = gst_harness_buffers_in_queue(harness);
  ASSERT_GT(packets, 3U);
  for (guint i = 0; i < packets; ++i) {
    g_autoptr(GstBuffer) packet = gst_harness_pull(harness);
    GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
    ASSERT_TRUE(gst_rtp_buffer_map(packet, GST_MAP_READ, &rtp));
    gpointer data = nullptr;
    guint size = 0;
    ASSERT_TRUE(gst_rtp_buffer_get_extension_onebyte_header(&rtp, kPlayoutDelayId, 0, &data, &size));
    ASSERT_EQ(size, expected.size());
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), static_cast<const std::uint8_t*>(data)));
    gst_rtp_buffer_unmap(&rtp);
  }
}

TEST(PlayoutDelay, IsOnEveryPacketAndInTheCaps) {
  gst_init(nullptr, nullptr);
  GstHarness* harness = gst_harness_new("rtpvp8pay");
  const auto extension = add_playout_delay(harness->element);
  g_object_set(harness->element, "mtu", 200, nullptr);
  gst_harness_set_src_caps_str(harness, "video/x-vp8,width=64,height=64,framerate=30/1");
  push_frame(harness);
  expect_on_every_packet(harness, {0, 0, 0});
  set_playout_delay_max(extension.get(), 10'000);
  push_frame(harness);
  expect_on_every_packet(harness, pack_playout_delay(0, 10'000));
  g_autoptr(GstCaps) caps = gst_pad_get_current_caps(harness->sinkpad);
  EXPECT_STREQ(gst_structure_get_string(gst_caps_get_structure(caps, 0), "extmap-14"),
               "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay");
  gst_harness_teardown(harness);
}

}  // namespace
