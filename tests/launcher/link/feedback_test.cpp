// SPDX-License-Identifier: LGPL-2.1-or-later
#include "link/feedback.h"

#include <gtest/gtest.h>

#include <random>

#include "feedback_bytes.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Feedback, ReadsARunOfPacketsThatArrived) {
  // number 0xfffe, 3 packets, reference 1 × 64 ms, feedback 9; 3 small deltas: 0, 1 and 255 × 250 µs
  const auto feedback = Feedback::parse(Bytes{0xff, 0xfe, 0, 3, 0, 0, 1, 9, 0x20, 3, 0, 1, 255});
  ASSERT_TRUE(feedback);
  ASSERT_EQ(feedback->packets.size(), 3U);
  EXPECT_EQ(feedback->packets[0].seq, 0xfffe);
  EXPECT_EQ(feedback->packets[0].arrival, 64'000);
  EXPECT_EQ(feedback->packets[1].arrival, 64'250);
  EXPECT_EQ(feedback->packets[2].seq, 0) << "numbers wrap";
  EXPECT_EQ(feedback->packets[2].arrival, 64'250 + 255 * 250);
}

TEST(Feedback, ReadsOneBitAPacket) {
  const auto feedback = Feedback::parse(Bytes{0, 1, 0, 3, 0, 0, 0, 0, 0b10101000, 0, 4, 8, 0, 0});
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->packets[0].arrival, 1000);
  EXPECT_FALSE(feedback->packets[1].arrival);
  EXPECT_EQ(feedback->packets[2].arrival, 3000);
}

TEST(Feedback, ReadsTwoBitsAPacketAndDeltasOfBothSigns) {
  // small, lost, large: −2 × 250 µs
  const auto feedback = Feedback::parse(Bytes{0, 1, 0, 3, 0xff, 0xff, 0xff, 0, 0b11010010, 0, 4, 0xff, 0xfe});
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->packets[0].arrival, -64'000 + 1000) << "the reference time has a sign";
  EXPECT_FALSE(feedback->packets[1].arrival);
  EXPECT_EQ(feedback->packets[2].arrival, -64'000 + 500);
}

TEST(Feedback, IsNothingWhenItIsNonsense) {
  EXPECT_FALSE(Feedback::parse({}));
  EXPECT_FALSE(Feedback::parse(Bytes{0, 1, 0, 1, 0, 0, 0})) << "half a header";
  EXPECT_FALSE(Feedback::parse(Bytes{0, 1, 0, 0, 0, 0, 0, 0, 0x20, 0})) << "of no packet";
  EXPECT_FALSE(Feedback::parse(Bytes{0, 1, 0, 1, 0, 0, 0, 0})) << "no chunk";
  EXPECT_FALSE(Feedback::parse(Bytes{0, 1, 0, 1, 0, 0, 0, 0, 0x20})) << "half a chunk";
  EXPECT_FALSE(Feedback::parse(Bytes{0, 1, 0, 2, 0, 0, 0, 0, 0x20, 1})) << "a chunk too few";
  EXPECT_FALSE(Feedback::parse(Bytes{0, 1, 0, 1, 0, 0, 0, 0, 0x20, 0, 0x20, 1, 0})) << "a run of none";
  EXPECT_FALSE(Feedback::parse(Bytes{0, 1, 0, 1, 0, 0, 0, 0, 0x20, 1})) << "no delta";
  EXPECT_FALSE(Feedback::parse(Bytes{0, 1, 0, 1, 0, 0, 0, 0, 0x40, 1, 0})) << "half a delta";
  EXPECT_FALSE(Feedback::parse(Bytes{0, 1, 0, 1, 0, 0, 0, 0, 0x60, 1, 0, 0})) << "the reserved symbol";
  EXPECT_FALSE(Feedback::parse(Bytes{0,    1,    0xff, 0xff, 0,    0,    0,    0,    0x1f, 0xff, 0x1f, 0xff, 0x1f,
                                     0xff, 0x1f, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0x1f, 0xff, 0x1f, 0xff}))
      << "more packets than any browser tells of at once";
}

TEST(Feedback, IsReadAsItWasWritten) {
  std::mt19937 random(3);
  for (const Chunks chunks : {Chunks::kRuns, Chunks::kOneBit, Chunks::kTwoBits}) {
    for (int round = 0; round < 200; ++round) {
      std::vector<WrittenPacket> packets(1 + random() % 300);
      std::int64_t at = (static_cast<std::int64_t>(random() % 2'000'000) - 1'000'000) * 250;
      for (auto& packet : packets) {
        const bool large = chunks != Chunks::kOneBit && random() % 5 == 0;
        at += 250 *
              (large ? static_cast<std::int64_t>(random() % 2000) - 1000 : static_cast<std::int64_t>(random() % 20));
        // only a first packet that arrived fixes the reference time
        if (&packet == &packets.front() || random() % 4 != 0) packet.arrival = at;
      }
      if (chunks == Chunks::kOneBit) {
        for (std::size_t i = 1; i < packets.size(); ++i) {
          if (packets[i].arrival) packets[i].arrival = *packets[0].arrival + static_cast<std::int64_t>(i) * 250;
        }
      }
      const auto base = static_cast<std::uint16_t>(random());
      const auto feedback = Feedback::parse(write_feedback(base, packets, chunks));
      ASSERT_TRUE(feedback);
      ASSERT_EQ(feedback->packets.size(), packets.size());
      for (std::size_t i = 0; i < packets.size(); ++i) {
        ASSERT_EQ(feedback->packets[i].seq, static_cast<std::uint16_t>(base + i));
        ASSERT_EQ(feedback->packets[i].arrival, packets[i].arrival) << "packet " << i;
      }
    }
  }
}

}  // namespace
