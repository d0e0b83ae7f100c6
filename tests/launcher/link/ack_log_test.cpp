// SPDX-License-Identifier: LGPL-2.1-or-later
#include "link/ack_log.h"

#include <gtest/gtest.h>

namespace {

// Message n left at n ms with 100 + n bytes; every third one is not measured.
class AckLogTest : public testing::Test {
 protected:
  void send(int count) {
    for (int i = 0; i < count; ++i) {
      ++sent;
      log.sent(sent * 1000, static_cast<std::uint32_t>(100 + sent), sent % 3 != 0);
    }
  }
  std::vector<std::int64_t> numbers(std::int64_t acknowledged) {
    std::vector<std::int64_t> numbers;
    const auto reports = log.acknowledged(acknowledged, 0, 1'000'000);
    for (const auto& report : reports.value()) numbers.push_back(report.seq);
    return numbers;
  }

  int sent = 0;
  AckLog log;
};

using Numbers = std::vector<std::int64_t>;

TEST_F(AckLogTest, AMessageIsReportedAsItLeftAndCame) {
  send(2);
  const auto reports = log.acknowledged(2, -7'000, 50'000);
  ASSERT_TRUE(reports);
  ASSERT_EQ(reports->size(), 2U);
  EXPECT_EQ(reports->back().seq, 2);
  EXPECT_EQ(reports->back().sent, 2000);
  EXPECT_EQ(reports->back().bytes, 102U);
  EXPECT_EQ(reports->back().arrival, -7'000) << "the viewer's clock may begin anywhere";
  EXPECT_EQ(reports->front().sent, 1000);
}

TEST_F(AckLogTest, EachMeasuredMessageIsReportedOnceAndInOrder) {
  send(7);
  EXPECT_EQ(numbers(1), (Numbers{1}));
  EXPECT_EQ(numbers(3), (Numbers{2})) << "3 is not measured";
  EXPECT_EQ(numbers(7), (Numbers{4, 5, 7})) << "one acknowledgement for several";
  send(2);
  EXPECT_EQ(numbers(8), (Numbers{8}));
}

TEST_F(AckLogTest, TheSameNumberOrASmallerOneBringsNothingNew) {
  send(4);
  EXPECT_EQ(numbers(2), (Numbers{1, 2}));
  EXPECT_EQ(numbers(2), Numbers{});
  EXPECT_EQ(numbers(1), Numbers{});
  EXPECT_EQ(numbers(0), Numbers{});
  EXPECT_EQ(log.under_way(), 2U);
  EXPECT_EQ(numbers(4), (Numbers{4})) << "the rest is as it was";
}

TEST_F(AckLogTest, MoreThanWasSentIsNothing) {
  EXPECT_TRUE(log.acknowledged(0, 0, 0));
  EXPECT_FALSE(log.acknowledged(1, 0, 0));
  send(2);
  EXPECT_FALSE(log.acknowledged(3, 0, 0));
  EXPECT_EQ(log.under_way(), 2U);
  EXPECT_EQ(numbers(2), (Numbers{1, 2})) << "a wrong number has taken nothing away";
  EXPECT_FALSE(log.acknowledged(3, 0, 0));
}

TEST_F(AckLogTest, TheOldestIsTheFirstWithoutAnAcknowledgement) {
  EXPECT_FALSE(log.oldest());
  send(3);
  EXPECT_EQ(log.oldest(), 1000);
  log.acknowledged(2, 0, 0);
  EXPECT_EQ(log.oldest(), 3000) << "those that are not measured count too";
  log.acknowledged(3, 0, 0);
  EXPECT_FALSE(log.oldest());
}

TEST_F(AckLogTest, TheRoundTripIsTheQuickestSoFar) {
  EXPECT_FALSE(log.round_trip());
  send(4);
  log.acknowledged(1, 0, 61'000);
  EXPECT_EQ(log.round_trip(), 60'000);
  log.acknowledged(3, 0, 43'000);
  EXPECT_EQ(log.round_trip(), 40'000) << "of the last one that it tells of: the others may have waited for it";
  log.acknowledged(4, 0, 90'000);
  EXPECT_EQ(log.round_trip(), 40'000);
  log.acknowledged(4, 0, 4'001);
  EXPECT_EQ(log.round_trip(), 40'000) << "it tells of none";
}

}  // namespace
