// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ladder.h"

#include <algorithm>

namespace {

// Of the viewer's own limit, so that it does not swing.
constexpr double kSpare = 1.15;
// A viewer's own belief about its link.
constexpr double kHintTrust = 0.8;
// Without one, the first rung buries no link that could carry any video.
constexpr double kSafeStart = 100'000;

}  // namespace

std::size_t Ladder::large_enough() const {
  std::size_t lowest = 0;
  for (std::size_t rung = 0; lines_ && rung < rungs_.size(); ++rung)
    if (rungs_[rung].height >= *lines_) lowest = rung;
  return lowest;
}

std::size_t Ladder::allowed(std::size_t current) const {
  std::size_t rung = large_enough();
  if (!limit_) return rung;
  for (; rung < rungs_.size(); ++rung) {
    // what an encoding takes varies: one that is not sent yet must have something to spare
    if (rungs_[rung].bitrate * (rung == current ? 1 : kSpare) <= *limit_) return rung;
  }
  return stills();
}

std::size_t Ladder::best(double carries, double beside, std::size_t current) const {
  for (std::size_t rung = allowed(current); rung < rungs_.size(); ++rung) {
    if (rungs_[rung].bitrate + beside <= carries * (rung == lowest() ? kLowestHeadroom : kHeadroom)) return rung;
  }
  return stills();
}

std::size_t Ladder::start(std::optional<double> hint, double beside, std::size_t current) const {
  const std::size_t first = allowed(current);
  for (std::size_t rung = first; rung < rungs_.size(); ++rung) {
    if (hint ? rungs_[rung].bitrate + beside <= kHintTrust * *hint : rungs_[rung].bitrate <= kSafeStart) return rung;
  }
  return std::max(first, lowest());
}
