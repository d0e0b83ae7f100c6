// SPDX-License-Identifier: LGPL-2.1-or-later
#include "link/sent_log.h"

#include <gtest/gtest.h>

#include <memory>

namespace {

constexpr std::int64_t kWrap = std::int64_t{1 << 24} * 64'000;

Feedback of(std::uint16_t seq, std::vector<std::optional<std::int64_t>> arrivals) {
  Feedback feedback;
  for (const auto& arrival : arrivals) feedback.packets.push_back({seq++, arrival});
  return feedback;
}

class Sent : public testing::Test {
 protected:
  void send(int count, std::int64_t first_time = 0) {
    for (int i = 0; i < count; ++i) log.sent(next++, first_time + i, 100 + static_cast<std::uint32_t>(i));
  }
  std::uint16_t next = 65'534;
  SentLog log;
};

TEST_F(Sent, PacketsAreMatchedAcrossTheWrapOfTheirNumbers) {
  send(4);
  const auto reports = log.match(of(65'534, {1000, 2000, {}, 4000}));
  ASSERT_EQ(reports.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(reports[i].seq, reports[0].seq + static_cast<std::int64_t>(i));
    EXPECT_EQ(reports[i].sent, static_cast<std::int64_t>(i));
    EXPECT_EQ(reports[i].bytes, 100 + i);
  }
  EXPECT_EQ(reports[1].arrival, 2000);
  EXPECT_FALSE(reports[2].arrival);
}

TEST_F(Sent, APacketArrivesOnce) {
  send(2);
  EXPECT_EQ(log.match(of(65'534, {1000, {}})).size(), 2U);
  EXPECT_TRUE(log.match(of(65'534, {9000, {}})).empty()) << "it had arrived, and was lost once";
  const auto late = log.match(of(65'534, {{}, 5000}));
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].arrival, 5000) << "it was not lost after all";
  EXPECT_TRUE(log.match(of(65'534, {9000, 9000})).empty());
}

TEST_F(Sent, WhatNeverLeftIsLeftOut) {
  EXPECT_TRUE(log.match(of(0, {1000})).empty());
  send(2);
  EXPECT_TRUE(log.match(of(0, {1000})).empty()) << "not yet";
  EXPECT_TRUE(log.match(of(60'000, {1000})).empty()) << "before all";
  send(5000);
  EXPECT_TRUE(log.match(of(65'534, {1000})).empty()) << "too long ago";
  EXPECT_EQ(log.match(of(static_cast<std::uint16_t>(next - 4096), {1000})).size(), 1U);
}

TEST_F(Sent, ArrivalsGoOnWhenTheirClockWraps) {
  send(4);
  const std::int64_t last = kWrap / 2 - 64'000;
  const auto reports = log.match(of(65'534, {last, last + 128'000 - kWrap, last - 1000, -kWrap / 2}));
  ASSERT_EQ(reports.size(), 4U);
  EXPECT_EQ(*reports[1].arrival - *reports[0].arrival, 128'000);
  EXPECT_EQ(reports[2].arrival, last - 1000);
  EXPECT_EQ(*reports[3].arrival - *reports[0].arrival, 64'000);
}

}  // namespace
