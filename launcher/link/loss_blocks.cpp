// SPDX-License-Identifier: LGPL-2.1-or-later
#include "loss_blocks.h"

#include <algorithm>

namespace {

constexpr std::int64_t kBlock = 500'000;
constexpr std::int64_t kKept = 15'000'000;
// as short as such a queue is
constexpr double kQueue = 8'000;

}  // namespace

void LossBlocks::restart(std::int64_t now) {
  start_ = now;
}

std::optional<double> LossBlocks::limit(const LinkTrace& trace) {
  const auto newest = trace.newest();
  if (!newest || *newest - start_ < kBlock) return std::nullopt;
  const auto block = trace.since(start_);
  if (block.packets < kPackets && *newest - start_ < 4 * kBlock) return std::nullopt;
  blocks_.push_back({start_, block.median});
  start_ = *newest;
  while (!blocks_.empty() && blocks_.front().start < *newest - kKept) blocks_.pop_front();
  if (block.packets < kPackets) return std::nullopt;
  if (block.loss > kTooMuch || (block.loss > kMuch && late(block.median, trace))) return block.rate;
  return std::nullopt;
}

bool LossBlocks::late(double median, const LinkTrace& trace) const {
  if (blocks_.empty()) return false;
  const auto usual = std::min_element(blocks_.begin(), blocks_.end(),
                                      [](const Block& a, const Block& b) { return a.median < b.median; });
  return median > usual->median + kQueue + static_cast<double>(trace.noise());
}
