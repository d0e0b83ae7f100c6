// SPDX-License-Identifier: LGPL-2.1-or-later
// Viewers behind links of all kinds. The control was tuned on some of these links only: each bound says what a viewer
// may expect, not what one seed gives.
#include "simulation.h"

#include <gtest/gtest.h>

namespace {

using simulation::Link;
using simulation::run;
using simulation::ViewerSetup;

std::function<double(double)> steady(double kbit) {
  return [kbit](double) { return kbit * 1000; };
}

TEST(Simulation, AFastLinkGivesTheTopRungWithinTwoSeconds) {
  for (const double kbit : {1500, 2000, 5000}) {
    const auto got = run(Link{.rate = steady(kbit)}, 30);
    EXPECT_EQ(got.rung_at(2), 0U) << kbit;
    EXPECT_EQ(got.changes_in(2, 30), 0U) << kbit;
    EXPECT_EQ(got.carries(5, 30), 0) << "nothing limits";
    EXPECT_LE(got.queue_ms(0.95), 5) << kbit;
  }
}

TEST(Simulation, AGoodHintGivesTheTopRungAtOnce) {
  const auto got = run(Link{.rate = steady(5000)}, 10, ViewerSetup{.hint = 5e6});
  EXPECT_EQ(got.changes.size(), 1U);
  EXPECT_EQ(got.changes[0].rung, 0U);
  EXPECT_EQ(got.probe_bytes, 0);
}

TEST(Simulation, ASlowLinkGivesWhatFitsWithoutAQueue) {
  struct Case {
    double kbit;
    std::size_t rung;
    double fps;
    double p95;
  };
  for (const Case& link : {Case{400, 2, 29, 150}, {250, 3, 29, 150}, {120, 3, 24, 450}}) {
    const auto got = run(Link{.rate = steady(link.kbit)}, 60);
    EXPECT_EQ(got.rung_at(5), link.rung) << link.kbit;
    EXPECT_LE(got.changes_in(0, 60), 4U) << link.kbit;
    EXPECT_GE(got.fps(5, 60), link.fps) << link.kbit;
    EXPECT_LE(got.queue_ms(0.5, 0, 20), 5) << link.kbit;
    EXPECT_LE(got.queue_ms(0.95, 0, 20), link.p95) << link.kbit;
    EXPECT_NEAR(got.carries(20, 60), link.kbit * 1000, link.kbit * 200) << link.kbit;
  }
}

TEST(Simulation, AFallAndARiseAreFollowed) {
  const auto rate = [](double at) { return at >= 12 && at < 24 ? 300e3 : 2000e3; };
  const auto got = run(Link{.rate = rate}, 40);
  EXPECT_EQ(got.rung_at(11.9), 0U);
  EXPECT_GE(got.rung_at(12.7), 2U);
  EXPECT_EQ(got.rung_at(30), 0U);
}

TEST(Simulation, RandomLossIsNoCongestion) {
  for (const double loss : {0.05, 0.1}) {
    const auto got = run(Link{.rate = steady(5000), .loss = loss}, 60);
    EXPECT_GE(got.share(0, 3, 60), 0.95) << loss;
  }
}

TEST(Simulation, ADeadLinkGivesStillsAndItsReturnTheTop) {
  const auto got = run(Link{.rate = [](double at) { return at >= 10 && at < 16 ? 0 : 2e6; }}, 30);
  EXPECT_EQ(got.rung_at(12.5), 5U);
  EXPECT_EQ(got.rung_at(22), 0U);
}

}  // namespace
