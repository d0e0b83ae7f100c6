// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer/socket_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace {

using Kind = SocketNetwork::Kind;
constexpr gint64 kMs = 1000;

class SocketNetworkTest : public testing::Test {
 protected:
  void TearDown() override { network_.stop(); }
  // Runs the main loop until it holds.
  template <typename Condition>
  void await(Condition holds) {
    Timer wakes;
    wakes.every(1, [] {});
    while (!holds()) g_main_context_iteration(nullptr, TRUE);
  }
  void acknowledge(std::uint32_t number) {
    EXPECT_TRUE(network_.acknowledged(number, static_cast<double>(g_get_monotonic_time()) / 1000));
  }

  std::vector<std::size_t> padding_;
  SocketNetwork network_{[this](std::size_t bytes) {
    padding_.push_back(bytes);
    network_.sent(bytes, Kind::kPadding);
  }};
};

TEST_F(SocketNetworkTest, VideoAndPaddingAreItsPacketsWithTheirHeaders) {
  network_.sent(100, Kind::kVideo);
  network_.sent(125, Kind::kOther);
  network_.sent(3000, Kind::kPadding);
  std::vector<Network::Packet> sent;
  network_.take_sent(sent);
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].bytes, 100 + 2 + 52U);
  EXPECT_FALSE(sent[0].duplicate);
  EXPECT_EQ(sent[1].bytes, 3000 + 4 + 3 * 52U) << "three segments";
  EXPECT_TRUE(sent[1].duplicate);
  EXPECT_EQ(network_.other_bytes(), 125 + 2 + 52U);
  network_.take_sent(sent);
  EXPECT_TRUE(sent.empty());
}

TEST_F(SocketNetworkTest, AcknowledgementsThatComeTogetherAreToldTogether) {
  std::vector<std::vector<std::int64_t>> told;
  network_.on_reports([&told](const std::vector<SentLog::Report>& reports) {
    told.emplace_back();
    for (const auto& report : reports) told.back().push_back(report.seq);
  });
  for (const Kind kind : {Kind::kVideo, Kind::kOther, Kind::kPadding, Kind::kVideo}) network_.sent(100, kind);
  for (std::uint32_t number = 1; number <= 3; ++number) acknowledge(number);
  EXPECT_TRUE(told.empty()) << "more may come";
  await([&] { return !told.empty(); });
  acknowledge(4);
  await([&] { return told.size() == 2; });
  EXPECT_THAT(told, testing::ElementsAre(testing::ElementsAre(1, 3), testing::ElementsAre(4)));
}

TEST_F(SocketNetworkTest, AnAcknowledgementOfMoreThanLeftIsRefused) {
  network_.sent(100, Kind::kOther);
  EXPECT_FALSE(network_.acknowledged(2, 0));
  EXPECT_TRUE(network_.acknowledged(1, 0));
}

TEST_F(SocketNetworkTest, AViewerIsBehindWhenAMessageTakesMuchLongerThanTheQuickest) {
  EXPECT_FALSE(network_.behind()) << "nothing is under way";
  network_.sent(100, Kind::kOther);
  const gint64 first = network_.last_sent();
  EXPECT_FALSE(network_.behind());
  await([&] { return network_.behind(); });
  EXPECT_GE(g_get_monotonic_time() - first, 300 * kMs);
  acknowledge(1);
  EXPECT_FALSE(network_.behind());

  network_.sent(100, Kind::kOther);
  const gint64 second = network_.last_sent();
  await([&] { return network_.behind(); });
  EXPECT_GE(g_get_monotonic_time() - second, 600 * kMs) << "the way there and back took 300 ms";
}

TEST_F(SocketNetworkTest, PaddingHasItsRateAndStopsBehindWhatWaits) {
  const gint64 begin = g_get_monotonic_time();
  network_.probe(400'000);
  await([&] { return network_.behind(); });
  const double seconds = static_cast<double>(g_get_monotonic_time() - begin) / 1e6;
  std::vector<Network::Packet> sent;
  network_.take_sent(sent);
  std::size_t bytes = 0;
  for (const auto& packet : sent) bytes += packet.bytes;
  EXPECT_GT(bytes, 0U);
  EXPECT_LE(static_cast<double>(bytes), 400'000 / 8 * seconds + 1300);
  EXPECT_THAT(padding_, testing::Each(testing::AllOf(testing::Ge(300U), testing::Le(1200U))));

  const std::size_t before = padding_.size();
  const gint64 late = g_get_monotonic_time();
  await([&] { return g_get_monotonic_time() - late > 50 * kMs; });
  EXPECT_EQ(padding_.size(), before);

  acknowledge(static_cast<std::uint32_t>(before));
  await([&] { return padding_.size() > before; });
  network_.probe(0);
  const std::size_t after = padding_.size();
  const gint64 stopped = g_get_monotonic_time();
  await([&] { return g_get_monotonic_time() - stopped > 50 * kMs; });
  EXPECT_EQ(padding_.size(), after);
}

}  // namespace
