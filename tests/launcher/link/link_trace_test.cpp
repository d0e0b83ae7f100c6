// SPDX-License-Identifier: LGPL-2.1-or-later
#include "link/link_trace.h"

#include <gtest/gtest.h>

#include "link/loss_blocks.h"
#include "link/report_watch.h"
#include "link/still_pace.h"

namespace {

constexpr std::int64_t kMs = 1000;
constexpr std::int64_t kSecond = 1000 * kMs;
constexpr std::int64_t kClock = 77'000 * kSecond;  // the viewer's clock shows more

class Trace : public testing::Test {
 protected:
  // One packet that leaves now and takes so long; then some time passes.
  void packet(std::optional<std::int64_t> delay_ms, std::int64_t then_ms = 33, std::uint32_t bytes = 1000) {
    const SentLog::Report report{++seq, now, {}, bytes};
    last = report;
    if (delay_ms) last.arrival = now + *delay_ms * kMs + kClock;
    trace.add({&last, 1});
    now += then_ms * kMs;
  }
  void packets(int count, std::optional<std::int64_t> delay_ms, std::int64_t then_ms = 33) {
    while (count-- > 0) packet(delay_ms, then_ms);
  }
  std::int64_t queue_ms() { return trace.queue_now(150 * kMs, 4, 0).value_or(-kMs) / kMs; }

  LinkTrace trace;
  SentLog::Report last;
  std::int64_t seq = 0;
  std::int64_t now = 0;
};

TEST_F(Trace, KnowsNothingBeforeAPacketArrives) {
  EXPECT_FALSE(trace.newest());
  EXPECT_FALSE(trace.busy_rate());
  packets(5, {});
  EXPECT_FALSE(trace.newest());
  EXPECT_FALSE(trace.queue_now(150 * kMs, 1, 0));
  EXPECT_EQ(trace.since(0).loss, 1);
}

TEST_F(Trace, TheFirstPacketThatArrivesMayHaveBeenReportedLost) {
  packet({});
  SentLog::Report arrived = last;
  arrived.arrival = arrived.sent + 20 * kMs + kClock;
  packet({});
  trace.add({&arrived, 1});
  EXPECT_EQ(trace.newest(), arrived.sent);
  EXPECT_EQ(trace.last_delay(), 0);
  EXPECT_EQ(trace.since(0).median, 0);
}

TEST_F(Trace, TheLeastDelayIsNoQueueWhateverTheViewersClockShows) {
  packets(30, 20);
  EXPECT_EQ(queue_ms(), 0);
  packets(6, 90);
  EXPECT_EQ(queue_ms(), 70);
  EXPECT_EQ(trace.newest(), now - 33 * kMs);
  EXPECT_FALSE(trace.queue_now(150 * kMs, 4, now)) << "of what left from now on";
}

TEST_F(Trace, OneLargePictureIsNoQueue) {
  packets(30, 20);
  for (int picture = 0; picture < 6; ++picture) {
    packet(20, 0);
    for (int i = 1; i < 10; ++i) packet(20 + 10 * i, 0);
    now += 100 * kMs;
  }
  EXPECT_EQ(queue_ms(), 0);
  EXPECT_EQ(trace.last_delay(), 90 * kMs);
}

TEST_F(Trace, AWayThatBecomesLongerIsTheBaseAfterAWhile) {
  packets(30, 20);
  packets(300, 80);
  EXPECT_EQ(queue_ms(), 60);
  packets(250, 80);
  EXPECT_EQ(queue_ms(), 0);
}

TEST_F(Trace, AClockThatJumpsIsANewBeginning) {
  packets(30, 20);
  for (const int minutes : {5, -5, 60 * 24 * 3}) {
    packet(minutes * 60'000);
    packets(10, 20);
    EXPECT_EQ(queue_ms(), 0) << minutes;
  }
}

TEST_F(Trace, TwoBurstsThatQueueMoreAndMoreAreEnoughToKnow) {
  packets(60, 20);
  packet(45);
  EXPECT_FALSE(trace.rises(0));
  packet(90);
  EXPECT_TRUE(trace.rises(0));
  EXPECT_FALSE(trace.rises(now - 40 * kMs)) << "the first of them left before";
}

TEST_F(Trace, JitterDoesNotRise) {
  for (int i = 0; i < 300; ++i) {
    packet(20 + (i * 37) % 60);
    EXPECT_FALSE(trace.rises(0)) << i;
  }
  EXPECT_GT(trace.noise(), 10 * kMs);
}

TEST_F(Trace, WhatArrivesWhilePacketsQueueIsWhatTheLinkCarries) {
  packets(30, 20);
  EXPECT_FALSE(trace.busy_rate()) << "nothing queues";
  // 1000 bytes every 20 ms into 200 kbit/s: each waits 20 ms longer
  for (int i = 1; i <= 12; ++i) packet(20 + 20 * i, 20);
  ASSERT_TRUE(trace.busy_rate());
  EXPECT_NEAR(*trace.busy_rate(), 200e3, 1e3);
  packets(5, 20, 20);
  ASSERT_TRUE(trace.busy_rate()) << "also when the queue has gone since";
  EXPECT_NEAR(*trace.busy_rate(), 200e3, 1e3);
  packets(60, 20);
  EXPECT_FALSE(trace.busy_rate()) << "but not for ever";
}

TEST_F(Trace, APacketThatWasLostMayArriveAfterAll) {
  packets(9, 20);
  packet({});
  EXPECT_NEAR(trace.since(0).loss, 0.1, 1e-9);
  last.arrival = last.sent + 50 * kMs + kClock;
  trace.add({&last, 1});
  EXPECT_EQ(trace.since(0).loss, 0);
}

TEST_F(Trace, OnlyTheLastSecondsAreKept) {
  packets(20'000, 20, 1);
  EXPECT_LE(trace.since(0).packets, 3002U);
  packets(20'000, 20, 0);
  EXPECT_LE(trace.since(0).packets, 4096U);
}

TEST_F(Trace, ALossBlockTellsOfALimitWithoutAQueue) {
  LossBlocks blocks;
  const auto send = [&](int lost_of_ten, std::int64_t delay_ms) {
    std::optional<double> limit;
    for (int i = 0; i < 120; ++i) {
      packet(i % 10 < lost_of_ten ? std::nullopt : std::optional{delay_ms}, 10);
      if (const auto found = blocks.limit(trace)) limit = found;
    }
    return limit;
  };
  EXPECT_FALSE(send(0, 20));
  EXPECT_FALSE(send(1, 20));
  EXPECT_FALSE(send(2, 20)) << "a bad radio link";
  const auto late = send(2, 40);
  ASSERT_TRUE(late);
  EXPECT_NEAR(*late, 640e3, 70e3) << "what arrives";
  EXPECT_FALSE(send(0, 20));
  EXPECT_TRUE(send(4, 20)) << "so much is no radio link";
}

TEST_F(Trace, ALossBlockAcrossAPauseTellsNothing) {
  LossBlocks blocks;
  packets(30, 20);
  EXPECT_FALSE(blocks.limit(trace));
  now += 60 * kSecond;  // a viewer that did not look
  packets(30, 20);
  EXPECT_FALSE(blocks.limit(trace));
  packets(30, 20);
  EXPECT_FALSE(blocks.limit(trace));
}

TEST(ReportWatch, IsSilentWhenPacketsLeaveAndNothingIsReported) {
  ReportWatch watch;
  EXPECT_EQ(watch.silent(9 * kSecond), 0) << "nothing has left";
  for (std::int64_t now = 0; now < 2 * kSecond; now += 50 * kMs) {
    watch.sent(now);
    watch.reported(now + 40 * kMs, now, false);
  }
  EXPECT_EQ(watch.silent(9 * kSecond), 0) << "all is reported";
  for (const std::int64_t ms : {0, 15, 30}) watch.sent(10 * kSecond + ms * kMs);
  EXPECT_LE(watch.late(10 * kSecond + 40 * kMs), 0);
  EXPECT_EQ(watch.late(10 * kSecond + 150 * kMs), 100 * kMs);
  EXPECT_LT(watch.silent(10 * kSecond + 600 * kMs), 1);
  EXPECT_GE(watch.silent(10 * kSecond + 700 * kMs), 1);
  watch.forget();
  EXPECT_EQ(watch.silent(20 * kSecond), 0);
}

TEST(ReportWatch, TheLastPacketBeforeAPauseMayBeLost) {
  ReportWatch watch;
  watch.sent(0);
  watch.reported(40 * kMs, 0, false);
  watch.sent(kSecond);
  watch.sent(kSecond + kMs);
  EXPECT_EQ(watch.late(9 * kSecond), 0);
  EXPECT_EQ(watch.silent(9 * kSecond), 0);
}

TEST(ReportWatch, AQueueIsNotUsual) {
  ReportWatch watch;
  watch.sent(0);
  watch.reported(40 * kMs, 0, false);
  watch.sent(kSecond);
  watch.reported(kSecond + 400 * kMs, kSecond, true);
  for (const std::int64_t ms : {0, 15, 30}) watch.sent(2 * kSecond + ms * kMs);
  EXPECT_EQ(watch.late(2 * kSecond + 150 * kMs), 100 * kMs);
}

TEST(StillClock, WaitsSinceTheStillBeforeThoughThePaceChangesAllTheTime) {
  StillClock clock;
  int stills = 0;
  for (std::int64_t now = 0; now <= 20'000'000; now += 50'000)
    stills += clock.due(now, now % 1'000'000 < 500'000 ? 2 : 2.1);
  EXPECT_EQ(stills, 10);
  EXPECT_TRUE(clock.due(30'000'000, 2));
  clock.stop();
  EXPECT_FALSE(clock.due(40'000'000, 2)) << "the first is on its way";
  EXPECT_TRUE(clock.due(42'000'000, 2));
}

TEST(StillPace, FollowsTheSizeOfStillsAndWhatTheLinkCarries) {
  StillPace pace;
  EXPECT_EQ(pace.interval_s(0), 1) << "not known";
  EXPECT_EQ(pace.interval_s(1e6), 1);
  for (std::int64_t still = 0; still < 30; ++still) {
    for (int packet = 0; packet < 10; ++packet) pace.sent(still * kSecond, 1000);
  }
  EXPECT_NEAR(pace.interval_s(40e3), 10'000 * 8 / 28e3, 0.1);
  EXPECT_EQ(pace.interval_s(1e3), 10);
  const double before = pace.interval_s(40e3);
  pace.arrived(30 * kSecond, kSecond);
  EXPECT_NEAR(pace.interval_s(40e3), 1.5 * before, 1e-6) << "the one before was in its way";
}

}  // namespace
