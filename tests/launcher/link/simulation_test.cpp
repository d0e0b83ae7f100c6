// SPDX-License-Identifier: LGPL-2.1-or-later
// Viewers behind links of all kinds. The control was tuned on 60, 120, 250, 400 kbit/s and the step; the other links it
// had not seen. Each bound holds for several seeds, and what chance decides also for nine of ten of many.
#include "simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace {

using simulation::Got;
using simulation::Link;
using simulation::run;
using simulation::ViewerSetup;

constexpr std::size_t kStills = 5;

std::function<double(double)> steady(double kbit) {
  return [kbit](double) { return kbit * 1000; };
}

void for_seeds(const Link& link, double seconds, const ViewerSetup& setup,
               const std::function<void(const Got&)>& check) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    check(run(link, seconds, setup, seed));
  }
}
void for_seeds(const Link& link, double seconds, const std::function<void(const Got&)>& check) {
  for_seeds(link, seconds, {}, check);
}

constexpr unsigned kMany = 20;

// What nine of ten are not above.
double ninth_of_ten(std::vector<double> values) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 9 / 10);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double ninth_of_ten(const Link& link, double seconds, const ViewerSetup& setup,
                    const std::function<double(const Got&)>& figure) {
  std::vector<double> figures;
  for (unsigned seed = 1; seed <= kMany; ++seed) figures.push_back(figure(run(link, seconds, setup, seed)));
  return ninth_of_ten(std::move(figures));
}

TEST(Simulation, AFastLinkGivesTheTopRungWithinTwoSeconds) {
  for (const double kbit : {1500, 2000, 5000, 50000}) {
    SCOPED_TRACE(kbit);
    for_seeds({.rate = steady(kbit)}, 30, [](const Got& got) {
      EXPECT_EQ(got.rung_at(2.1), 0U);
      EXPECT_EQ(got.changes_in(2.1, 30), 0U);
      EXPECT_EQ(got.carries(5, 30), 0) << "nothing limits";
      EXPECT_EQ(got.samples.back().decision.reason, LinkControl::Reason::kFree);
      EXPECT_EQ(got.samples.back().decision.results, LinkControl::kUnlimited);
      EXPECT_LE(got.queue_ms(0.95), 5);
      EXPECT_GE(got.fps(0, 30), 29) << "it begins with few bits, not with few pictures";
    });
  }
}

TEST(Simulation, NothingIsProbedAtTheTop) {
  const Got got = run({.rate = steady(5000)}, 30);
  for (const auto& sample : got.samples) {
    EXPECT_TRUE(sample.at < 3 || sample.decision.probe == 0) << sample.at;
  }
}

TEST(Simulation, AGoodHintGivesTheTopRungAtOnce) {
  const Got got = run({.rate = steady(5000)}, 10, {.hint = 5e6});
  EXPECT_EQ(got.changes.size(), 1U);
  EXPECT_EQ(got.changes[0].rung, 0U);
  EXPECT_EQ(got.probe_bytes, 0);
}

TEST(Simulation, AHintThatIsWrongCostsOneSecond) {
  for_seeds({.rate = steady(250)}, 20, {.hint = 5e6}, [](const Got& got) {
    EXPECT_EQ(got.changes[0].rung, 0U);
    EXPECT_GE(got.rung_at(1.5), 2U);
    EXPECT_LE(got.queue_ms(0.95, 2), 100);
    EXPECT_LE(got.queue_ms(0.95), 300);
    EXPECT_GE(got.fps(0, 20), 26);
  });
  for_seeds({.rate = steady(60)}, 20, {.hint = 5e6}, [](const Got& got) {
    EXPECT_LE(got.queue_ms(0.95), 400);
    EXPECT_GE(got.fps(0, 20), 8.5);
  });
  for_seeds({.rate = steady(5000)}, 20, {.hint = 60e3}, [](const Got& got) {
    EXPECT_EQ(got.changes[0].rung, 4U);
    EXPECT_EQ(got.rung_at(3), 0U) << "too little is as wrong";
  });
}

struct SlowLink {
  double kbit;
  std::size_t best;  // the rung that leaves headroom
  double settled;    // seconds
  double p95;        // of the first 20 s, ms
  double queue_ms = 300;
};

void stays_quick(const SlowLink& link) {
  SCOPED_TRACE(link.kbit);
  const Link steady_link{.rate = steady(link.kbit), .queue_ms = link.queue_ms};
  EXPECT_LE(ninth_of_ten(steady_link, 20, {}, [](const Got& got) { return got.queue_ms(0.95, 0, 20); }), link.p95);
  EXPECT_LE(ninth_of_ten(steady_link, 62, {}, [](const Got& got) { return got.result_delay_ms(0.95); }), 80);
  for_seeds(steady_link, 62, [&](const Got& got) {
    EXPECT_GE(got.share(link.best, link.settled, 62), 0.8);
    EXPECT_LE(got.queue_ms(0.95, 0, 20), link.p95);
    EXPECT_LE(got.result_delay_ms(0.95), 80);
    EXPECT_LE(got.changes_in(2, 62), 4U);
    EXPECT_LE(got.queue_ms(0.5, 0, 20), 5);
    EXPECT_GE(got.fps(0, 20), link.best == 4 ? 10 : 27);
    EXPECT_NEAR(got.carries(20, 62), link.kbit * 1000, link.kbit * 200);
    EXPECT_EQ(got.samples.back().decision.reason, LinkControl::Reason::kNetwork);
  });
}

TEST(Simulation, ASlowLinkGivesWhatFitsWithoutAQueue) {
  for (const SlowLink& link : {SlowLink{400, 2, 2.5, 150}, {250, 3, 0, 150}, {120, 3, 0, 400}, {60, 4, 2.5, 650}})
    stays_quick(link);
}

TEST(Simulation, ALinkThatLacksAThirdOfTheTopIsNotTakenForAFastOneAtTheStart) {
  auto rungs = simulation::ladder();
  rungs[0] = {530e3, 530e3, 30, 12'000};
  rungs[1] = {400e3, 400e3, 30, 9'000};
  for_seeds({.rate = steady(370)}, 20, {.rungs = rungs}, [](const Got& got) {
    EXPECT_EQ(got.share(0, 0, 4), 0);
    EXPECT_LE(got.queue_ms(0.95, 0, 20), 150);
  });
}

// Of a street. Its key frames take many times as long as other pictures.
std::vector<simulation::Rung> film() {
  return {{1000e3, 1000e3, 30, 30'000},
          {450e3, 450e3, 30, 17'000},
          {220e3, 220e3, 30, 11'000},
          {62e3, 62e3, 30, 6'000},
          {24e3, 24e3, 10, 3'000}};
}

TEST(Simulation, TheKeyFrameOfABetterRungDoesNotQueueBehindTheClimb) {
  for (const double kbit : {250, 400}) {
    SCOPED_TRACE(kbit);
    const Link link{.rate = steady(kbit), .reverse_ms = 100, .feedback_ms = 100};
    for_seeds(link, 20, {.rungs = film()}, [&](const Got& got) {
      for (std::size_t i = 1; i < got.changes.size(); ++i) {
        const double at = got.changes[i].at;
        const std::size_t rung = got.changes[i].rung;
        if (rung > got.changes[i - 1].rung) continue;
        const auto key =
            std::ranges::find_if(got.frames, [at](const simulation::Frame& frame) { return frame.sent >= at; });
        const double own_ms = std::max(0.0, key->bytes - link.bucket) * 8 / kbit;
        EXPECT_LE(key->queue_ms, own_ms + 30) << "the link is idle again; " << rung << " at " << at;
      }
    });
  }
}

TEST(Simulation, AClimbThatWasTooMuchDoesNotCostTheRungThatFits) {
  const Link link{.rate = steady(350), .queue_ms = 500, .bucket = 20'000, .reverse_ms = 200, .feedback_ms = 150};
  int lowest = 0;
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const Got got = run(link, 10, {.rungs = film()}, seed);
    lowest += std::ranges::any_of(got.changes, [](const Got::Change& change) { return change.rung == 4; });
  }
  EXPECT_LE(lowest, 3) << "of 10 viewers";
}

TEST(Simulation, SoDoesOneThatTheControlHadNotSeen) {
  for (const SlowLink& link : {SlowLink{90, 4, 2.5, 400}, {180, 3, 0, 200}, {330, 2, 2.5, 200}, {600, 2, 8, 200}})
    stays_quick(link);
}

TEST(Simulation, HoweverLongItsQueueIs) {
  for (const double queue_ms : {50, 1000}) {
    SCOPED_TRACE(queue_ms);
    for (SlowLink link : {SlowLink{60, 4, 2.5, 650}, {180, 3, 0, 200}, {330, 2, 2.5, 200}, {600, 2, 8, 200}}) {
      link.queue_ms = queue_ms;
      stays_quick(link);
    }
  }
}

TEST(Simulation, ALinkWithoutATokenBucketIsNoWorse) {
  for (const double kbit : {60, 120, 250, 400, 600}) {
    SCOPED_TRACE(kbit);
    for_seeds({.rate = steady(kbit), .bucket = 1600}, 62, [&](const Got& got) {
      EXPECT_LE(got.queue_ms(0.5), 10);
      EXPECT_LE(got.queue_ms(0.95, 0, 20), kbit < 100 ? 400 : 200);
      EXPECT_LE(got.changes_in(2, 62), 4U);
      EXPECT_GE(got.fps(2, 62), kbit < 100 ? 9.9 : 29);
    });
  }
}

TEST(Simulation, ALinkThatIsTooSlowGivesStillsAndResults) {
  for_seeds({.rate = steady(20)}, 60, [](const Got& got) {
    EXPECT_GE(got.share(kStills, 5, 60), 0.9);
    EXPECT_EQ(got.samples.back().decision.reason, LinkControl::Reason::kTooSlow);
    EXPECT_NEAR(got.carries(20, 60), 20e3, 4e3);
    EXPECT_GE(got.fps(10, 60), 0.6);
    EXPECT_LE(got.queue_ms(0.5, 20), 1300) << "a still takes 0.7 s to come through";
  });
}

TEST(Simulation, AFallAndARiseAreFollowed) {
  for (const double lasts : {5, 8, 13, 25, 40}) {
    SCOPED_TRACE(lasts);
    const auto rate = [&](double at) { return at >= 12 && at < 12 + lasts ? 300e3 : 2000e3; };
    for_seeds({.rate = rate}, 12 + lasts + 12, [&](const Got& got) {
      EXPECT_EQ(got.rung_at(11.9), 0U);
      EXPECT_GE(got.rung_at(12.7), 2U) << "off the old rung";
      EXPECT_EQ(got.rung_at(12 + lasts + 6), 0U);
      EXPECT_LE(got.longest_gap_ms(11, 12 + lasts + 10), 200);
      EXPECT_LE(got.queue_ms(0.95, 14, 12 + lasts), 150);
      EXPECT_LE(got.queue_ms(0.95, 8, 28), 120);
    });
  }
}

TEST(Simulation, RandomLossIsNoCongestion) {
  for (const double loss : {0.02, 0.05, 0.1}) {
    SCOPED_TRACE(loss);
    for_seeds({.rate = steady(5000), .loss = loss}, 60, [](const Got& got) { EXPECT_GE(got.share(0, 2.1, 60), 0.95); });
    for_seeds({.rate = steady(250), .loss = loss}, 60, [](const Got& got) {
      EXPECT_GE(got.share(3, 0, 60), 0.8);
      EXPECT_LE(got.queue_ms(0.5), 5);
    });
  }
}

TEST(Simulation, JitterIsNoCongestion) {
  for (const bool reordering : {false, true}) {
    SCOPED_TRACE(reordering);
    for_seeds({.rate = steady(5000), .jitter_ms = 30, .reordering = reordering}, 60,
              [](const Got& got) { EXPECT_GE(got.share(0, 8, 60), 0.95); });
  }
  for_seeds({.rate = steady(250), .jitter_ms = 30}, 60, [](const Got& got) {
    EXPECT_GE(got.share(3, 0, 60), 0.8);
    EXPECT_LE(got.queue_ms(0.95, 2), 200);
  });
}

TEST(Simulation, ALimitWithHardlyAQueueIsSeenByItsLoss) {
  for (const double kbit : {120, 300, 600, 900}) {
    SCOPED_TRACE(kbit);
    const auto rate = [&](double at) { return at < 10 ? 3000e3 : kbit * 1000; };
    for_seeds({.rate = rate, .queue_ms = 20, .bucket = 3000}, 40, [&](const Got& got) {
      EXPECT_EQ(got.rung_at(9), 0U);
      const double used = got.sent_rate(15, 40);
      EXPECT_LE(used, kbit * 1050);
      EXPECT_GE(got.fps(15, 40), kbit < 200 ? 15 : 28);
    });
  }
}

TEST(Simulation, ADriftingClockIsNoQueue) {
  for (const double ppm : {-200, 200}) {
    SCOPED_TRACE(ppm);
    const Got fast = run({.rate = steady(5000), .skew_ppm = ppm}, 120);
    EXPECT_GE(fast.share(0, 2.1, 120), 0.99);
    const Got slow = run({.rate = steady(400), .skew_ppm = ppm}, 120);
    EXPECT_GE(slow.share(2, 2.5, 120), 0.95);
  }
}

TEST(Simulation, FeedbackMayBeSeldomAndLate) {
  for_seeds({.rate = steady(5000), .reverse_ms = 300, .feedback_ms = 250}, 60,
            [](const Got& got) { EXPECT_GE(got.share(0, 8, 60), 0.95); });
  for_seeds({.rate = steady(250), .reverse_ms = 300, .feedback_ms = 250}, 60, [](const Got& got) {
    EXPECT_GE(got.share(3, 0, 60), 0.8);
    EXPECT_LE(got.queue_ms(0.5), 5);
    EXPECT_LE(got.queue_ms(0.95, 2), 250);
  });
}

TEST(Simulation, AnOldMobileNetworkIsUsed) {
  const Link link{
      .rate = steady(384), .queue_ms = 600, .bucket = 1600, .jitter_ms = 15, .delay_ms = 100, .reverse_ms = 100};
  for_seeds(link, 60, [](const Got& got) {
    EXPECT_GE(got.share(2, 6, 60), 0.8);
    EXPECT_LE(got.queue_ms(0.95), 300);
    EXPECT_LE(got.changes_in(2, 60), 4U);
  });
}

TEST(Simulation, ALinkThatVariesIsFollowed) {
  const auto rate = [](double at) {
    return 1e6 * (1 + 0.8 * std::sin(at / 3.1) * std::sin(at / 7.3) + 0.15 * std::sin(at * 2));
  };
  const Link link{.rate = rate, .queue_ms = 500, .bucket = 1600, .jitter_ms = 5, .delay_ms = 30, .reverse_ms = 30};
  for_seeds(link, 60, [](const Got& got) {
    EXPECT_GE(got.fps(2, 60), 26);
    EXPECT_LE(got.queue_ms(0.5), 10);
    EXPECT_LE(got.queue_ms(0.95), 350);
    EXPECT_GE(got.sent_rate(2, 60), 250e3) << "with what the link gives";
  });
}

TEST(Simulation, ADeadLinkGivesStillsAndItsReturnTheTop) {
  for_seeds({.rate = [](double at) { return at >= 10 && at < 16 ? 0 : 2e6; }}, 30, [](const Got& got) {
    EXPECT_EQ(got.rung_at(9), 0U);
    EXPECT_EQ(got.rung_at(13), kStills);
    EXPECT_EQ(got.rung_at(22), 0U);
  });
}

TEST(Simulation, TwoViewersShareALink) {
  for (const double start : {0, 7}) {
    double all = 0;
    for (const double kbit : {300, 400, 600, 1000}) {
      SCOPED_TRACE(std::to_string(kbit) + " from " + std::to_string(start));
      constexpr unsigned kFew = 5;
      std::vector<double> ratios;  // of pictures a second
      for (unsigned seed = 1; seed <= kMany; ++seed) {
        const auto got = run({.rate = steady(kbit)}, {{}, {.start = start}}, start + 67, seed);
        const double one = got[0].fps(start + 7, start + 67);
        const double other = got[1].fps(start + 7, start + 67);
        ratios.push_back(std::max(one, other) / std::min(one, other));
        if (seed <= kFew) {
          EXPECT_LE(ratios.back(), 3) << seed;
          all += ratios.back() / (4 * kFew);
        }
        for (const Got& viewer : got) {
          EXPECT_LE(viewer.queue_ms(0.5), 10) << seed;
          EXPECT_LE(viewer.queue_ms(0.95), 250) << seed;
        }
      }
      EXPECT_LE(std::accumulate(ratios.begin(), ratios.end(), 0.0) / kMany, 2);
      EXPECT_LE(ninth_of_ten(ratios), 3);
    }
    EXPECT_LE(all, start == 0 ? 1.2 : 1.6) << "who is there has an advantage, but not for long";
  }
}

TEST(Simulation, AViewersOwnLimitIsKept) {
  const Got got = run({.rate = steady(5000)}, 20, {.limit = 300e3});
  EXPECT_EQ(got.rung_at(3), 2U);
  EXPECT_EQ(got.samples.back().decision.reason, LinkControl::Reason::kLimit);
  EXPECT_EQ(got.share(0, 0, 20) + got.share(1, 0, 20), 0);
}

TEST(Simulation, APipeWithOneEncodingHasStillsBelowIt) {
  const ViewerSetup one{.rungs = {simulation::ladder().front()}};
  const Got fast = run({.rate = steady(5000)}, 20, one);
  EXPECT_EQ(fast.changes.size(), 1U);
  EXPECT_EQ(fast.probe_bytes, 0);
  EXPECT_LE(ninth_of_ten({.rate = steady(400)}, 60, one, [](const Got& got) { return 1 / got.fps(5, 60); }), 1 / 0.8);
  for_seeds({.rate = steady(400)}, 60, one, [](const Got& got) {
    EXPECT_GE(got.share(1, 3, 60), 0.8) << "stills";
    EXPECT_GE(got.fps(5, 60), 0.8);
    EXPECT_LE(got.queue_ms(0.5, 5), 450) << "a still of 17 kB takes so long to come through";
  });
}

}  // namespace
