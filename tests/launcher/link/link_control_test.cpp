// SPDX-License-Identifier: LGPL-2.1-or-later
// What needs no simulated link (simulation_test.cpp).
#include "link/link_control.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <span>
#include <vector>

namespace {

using Rung = LinkControl::Rung;

constexpr std::int64_t kMs = 1000;
constexpr std::int64_t kSecond = 1000 * kMs;
const std::vector<Rung> kLadder{{700e3}, {460e3}, {230e3}, {80e3}, {30e3}};

LinkControl::Decision first(std::optional<double> hint, std::optional<double> limit = {},
                            std::vector<Rung> rungs = kLadder) {
  LinkControl control(hint);
  control.limit(limit);
  control.rungs(std::move(rungs));
  return control.decide(0);
}

TEST(LinkControl, BeginsWhereNoLinkIsBuried) {
  EXPECT_EQ(first({}).rung, 3U);
  EXPECT_EQ(first({}).reason, LinkControl::Reason::kStart);
  EXPECT_FALSE(first({}).carries);
  EXPECT_EQ(first({}, {}, {{700e3}}).rung, 0U) << "there is no other";
}

TEST(LinkControl, BelievesAHintWithCare) {
  EXPECT_EQ(first(2e6).rung, 0U);
  EXPECT_EQ(first(2e6).reason, LinkControl::Reason::kFree);
  EXPECT_EQ(first(800e3).rung, 1U);
  EXPECT_EQ(first(400e3).rung, 2U);
  EXPECT_EQ(first(50e3).rung, 4U);
  EXPECT_EQ(first(1).rung, 4U) << "never stills, before anything is known";
}

TEST(LinkControl, SendsNoResultsBeforeAnythingHasArrived) {
  LinkControl control(2e6);
  control.rungs(kLadder);
  EXPECT_EQ(control.decide(0).results, 0);
  control.sent(0, 1000, false);
  EXPECT_EQ(control.decide(50 * kMs).results, 0);
  const SentLog::Report report{1, 0, 20 * kMs, 1000};
  control.reported(60 * kMs, {&report, 1});
  EXPECT_EQ(control.decide(60 * kMs).results, LinkControl::kUnlimited);
}

TEST(LinkControl, GoesNotAboveTheViewersLimit) {
  EXPECT_EQ(first(1e9, 300e3).rung, 2U);
  EXPECT_EQ(first(1e9, 300e3).reason, LinkControl::Reason::kLimit);
  EXPECT_EQ(first(1e9, 1e3).rung, 5U) << "stills";
  LinkControl control(1e9);
  control.rungs(kLadder);
  EXPECT_EQ(control.decide(0).rung, 0U);
  control.limit(100e3);
  EXPECT_EQ(control.decide(50 * kMs).rung, 3U);
}

// After six seconds of small pictures a large one, whose packets come `apart` from each other; of each report that
// tells of some of them, the rung.
std::vector<std::size_t> with_large_picture(std::int64_t apart) {
  LinkControl control(2e6);
  control.rungs(kLadder);
  control.decide(0);
  control.switched(0, 0);
  std::int64_t seq = 0;
  std::int64_t now = 0;
  for (; now < 6 * kSecond; now += 33 * kMs) {
    const SentLog::Report report{++seq, now, now + 10 * kMs, 1000};
    control.sent(now, report.bytes, false);
    control.reported(now + 30 * kMs, {&report, 1});
    EXPECT_EQ(control.decide(now + 30 * kMs).rung, 0U);
  }
  std::vector<SentLog::Report> picture;
  for (int i = 0; i < 12; ++i) {
    picture.push_back({++seq, now, now + 10 * kMs + i * apart, 1250});
    control.sent(now, 1250, false);
  }
  std::vector<std::size_t> rungs;
  for (std::size_t i = 0; i < picture.size(); i += 2) {
    const std::int64_t then = *picture[i + 1].arrival + 10 * kMs;
    control.reported(then, std::span(picture).subspan(i, 2));
    rungs.push_back(control.decide(then).rung);
  }
  return rungs;
}

TEST(LinkControl, OneLargePictureTellsThatALinkHasBecomeFarTooSlow) {
  const auto rungs = with_large_picture(40 * kMs);  // 250 kbit/s
  EXPECT_EQ(rungs[0], 0U) << "two packets are not enough";
  EXPECT_EQ(rungs[2], 3U) << "what has queued is to be gone soon, too";
}

TEST(LinkControl, OneLargePictureOnALinkThatCarriesMoreThanIsSentTellsNothing) {
  EXPECT_EQ(with_large_picture(12 * kMs), std::vector<std::size_t>(6, 0));  // 830 kbit/s
}

TEST(LinkControl, GoesUpAtOnceWhenTheViewersLimitIsLifted) {
  const auto lifted = [](std::optional<double> hint) {
    LinkControl control(hint);
    control.limit(40e3);
    control.rungs(kLadder);
    EXPECT_EQ(control.decide(0).rung, 4U);
    control.limit({});
    control.limit({});
    const std::size_t rung = control.decide(50 * kMs).rung;
    control.switched(60 * kMs, rung);
    EXPECT_EQ(control.decide(100 * kMs).rung, rung) << "once";
    return rung;
  };
  EXPECT_EQ(lifted(2e6), 0U) << "as at the start";
  EXPECT_EQ(lifted(800e3), 1U);
  EXPECT_EQ(lifted({}), 3U);
}

TEST(LinkControl, SendsNoMoreLinesThanTheViewerShows) {
  const std::vector<Rung> sizes{{700e3, 720}, {460e3, 720}, {230e3, 360}, {80e3, 180}, {30e3, 180}};
  const auto of = [&sizes](std::optional<double> bitrate, std::optional<unsigned> lines) {
    LinkControl control(1e9);
    control.limit(bitrate, lines);
    control.rungs(sizes);
    return control.decide(0);
  };
  EXPECT_EQ(of({}, {}).rung, 0U);
  EXPECT_EQ(of({}, 720).rung, 1U) << "the lowest with so many";
  EXPECT_EQ(of({}, 721).rung, 0U) << "none has so many";
  EXPECT_EQ(of({}, 360).rung, 2U);
  EXPECT_EQ(of({}, 181).rung, 2U);
  EXPECT_EQ(of({}, 1).rung, 4U);
  EXPECT_EQ(of({}, 360).reason, LinkControl::Reason::kLimit);
  EXPECT_EQ(of(100e3, 360).rung, 3U) << "both limits";
  EXPECT_EQ(of(1e9, 360).rung, 2U);
  LinkControl unknown(1e9);
  unknown.limit({}, 100);
  unknown.rungs(kLadder);
  EXPECT_EQ(unknown.decide(0).rung, 0U) << "sizes that are not known are no reason";
}

TEST(LinkControl, TakesAnotherLadder) {
  LinkControl control;
  control.rungs(kLadder);
  EXPECT_EQ(control.decide(0).rung, 3U);
  control.rungs({{500e3}, {100e3}});
  EXPECT_EQ(control.decide(kMs).rung, 1U);
  control.switched(2 * kMs, 1);
  control.rungs(kLadder);
  EXPECT_EQ(control.decide(3 * kMs).rung, 1U);
}

TEST(LinkControl, WithoutAnyFeedbackGoesDownAndThenToStills) {
  LinkControl control(1e9);
  control.rungs(kLadder);
  LinkControl::Decision decision;
  std::optional<std::int64_t> lowest;
  std::optional<std::int64_t> stills;
  for (std::int64_t now = 0; now < 6 * kSecond; now += 33 * kMs) {
    control.sent(now, 1000, false);
    decision = control.decide(now);
    control.switched(now, decision.rung);
    if (decision.rung == 4 && !lowest) lowest = now;
    if (decision.rung == 5 && !stills) stills = now;
  }
  ASSERT_TRUE(lowest && stills);
  EXPECT_LE(*lowest, 2500 * kMs);
  EXPECT_LE(*stills, 5 * kSecond);
  EXPECT_EQ(decision.still_interval_s, 1);
}

TEST(LinkControl, AViewerThatLiesGetsSaneDecisions) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 50; ++round) {
    LinkControl control;
    control.rungs(kLadder);
    std::int64_t seq = 0;
    for (std::int64_t now = 0; now < 5 * kSecond; now += 20 * kMs) {
      control.sent(now, 1000, false);
      SentLog::Report report{++seq, now, {}, 1000};
      const auto kind = random() % 4;
      if (kind == 0) report.arrival = static_cast<std::int64_t>(random() % (1ULL << 50)) - (1LL << 49);
      if (kind == 1) report.arrival = now - static_cast<std::int64_t>(random() % 1'000'000);
      if (kind == 2) report.arrival = 0;
      control.reported(now, {&report, 1});
      const auto decision = control.decide(now);
      ASSERT_LE(decision.rung, kLadder.size());
      ASSERT_GE(decision.probe, 0);
      ASSERT_LE(decision.probe, 1.3 * 700e3) << "never more than the top needs";
      ASSERT_GE(decision.results, 0);
      ASSERT_TRUE(decision.still_interval_s >= 1 && decision.still_interval_s <= 10);
      ASSERT_TRUE(std::isfinite(decision.carries.value_or(1)) && decision.carries.value_or(1) > 0);
      control.switched(now, decision.rung);
    }
  }
}

TEST(LinkControl, NonsenseForAWhileIsForgotten) {
  LinkControl control;
  control.rungs(kLadder);
  LinkControl::Decision decision;
  std::int64_t seq = 0;
  for (std::int64_t now = 0; now < 60 * kSecond; now += 20 * kMs) {
    const std::size_t bytes = 1000;
    control.sent(now, bytes, false);
    const bool nonsense = now > 5 * kSecond && now < 7 * kSecond;
    const std::int64_t arrival = nonsense ? (seq % 2 == 0 ? -3 * kSecond : 9 * kSecond) : 20 * kMs;
    const SentLog::Report report{++seq, now, now + arrival, bytes};
    control.reported(now + 30 * kMs, {&report, 1});
    decision = control.decide(now + 30 * kMs);
    // as many probes as are asked for
    for (int i = 0; i < static_cast<int>(decision.probe * 0.02 / 8000) + (decision.probe > 0 ? 1 : 0); ++i) {
      control.sent(now, bytes, true);
      const SentLog::Report probe{++seq, now + i * 5 * kMs, now + i * 5 * kMs + 20 * kMs, bytes};
      control.reported(now + 30 * kMs, {&probe, 1});
    }
    control.switched(now, decision.rung);
  }
  EXPECT_EQ(decision.rung, 0U);
}

}  // namespace
