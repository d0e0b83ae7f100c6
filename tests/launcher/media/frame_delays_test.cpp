// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/frame_delays.h"

#include <gtest/gtest.h>

#include <array>

#include "viewer/rtp_clock.h"

namespace {

constexpr std::int64_t kMs = 1'000'000;

TEST(FrameDelays, KnowsNothingBeforeAFrameIsSent) {
  FrameDelays delays;
  EXPECT_FALSE(delays.medians(0));
  delays.encoded(1, 0, 5 * kMs);
  EXPECT_FALSE(delays.medians(5 * kMs));
  delays.sent(2, 6 * kMs);  // one that never came out of the encoder
  EXPECT_FALSE(delays.medians(6 * kMs));
}

TEST(FrameDelays, TellsMediansOfTheSameFrames) {
  FrameDelays delays;
  int id = 0;
  for (const int encoded : {3, 1, 20}) {
    delays.encoded(id, id * 100 * kMs, (id * 100 + encoded) * kMs);
    if (encoded != 20) delays.sent(id, (id * 100 + encoded + 2) * kMs);
    ++id;
  }
  const auto medians = delays.medians(300 * kMs);
  ASSERT_TRUE(medians);
  EXPECT_EQ(medians->encoded, 3.0) << "without the one that was not sent";
  EXPECT_EQ(medians->sent, 5.0);
}

TEST(FrameDelays, ForgetsAfterTwoSeconds) {
  FrameDelays delays;
  delays.encoded(1, 0, 3 * kMs);
  delays.sent(1, 4 * kMs);
  EXPECT_TRUE(delays.medians(2004 * kMs));
  EXPECT_FALSE(delays.medians(2005 * kMs));
}

TEST(FrameDelays, ForgetsTheOldestOfTooMany) {
  FrameDelays delays;
  for (std::uint32_t id = 0; id < 1256; ++id) {
    delays.encoded(id, id, id + (id < 1000 ? 9 : 4) * kMs);
    delays.sent(id, id + 10 * kMs);
  }
  EXPECT_EQ(delays.medians(20 * kMs)->encoded, 4.0);
}

// V=2, marker and payload type 96, timestamp 0x01020304, SSRC 0xa0b0c0d0.
constexpr std::array<std::uint8_t, 16> kPacket{0x80, 0xe0, 0, 7, 1, 2, 3, 4, 0xa0, 0xb0, 0xc0, 0xd0, 9, 9, 9, 9};

TEST(EndOfFrame, IsTheMarkedPacketOfTheStream) {
  EXPECT_EQ(end_of_frame(kPacket.data(), kPacket.size(), 0xa0b0c0d0), 0x01020304U);
  EXPECT_EQ(end_of_frame(kPacket.data(), 12, 0xa0b0c0d0), 0x01020304U);
}

TEST(EndOfFrame, IsNoOtherPacket) {
  EXPECT_FALSE(end_of_frame(kPacket.data(), kPacket.size(), 0xa0b0c0d1)) << "another stream";
  EXPECT_FALSE(end_of_frame(kPacket.data(), 11, 0xa0b0c0d0)) << "too short";
  auto packet = kPacket;
  packet[1] = 0x60;
  EXPECT_FALSE(end_of_frame(packet.data(), packet.size(), 0xa0b0c0d0)) << "no marker";
  packet = kPacket;
  packet[0] = 22;
  EXPECT_FALSE(end_of_frame(packet.data(), packet.size(), 0xa0b0c0d0)) << "DTLS";
}

}  // namespace
