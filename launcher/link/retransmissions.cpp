// SPDX-License-Identifier: LGPL-2.1-or-later
#include "retransmissions.h"

namespace {

// Before numbers come round again, what is older than a key frame would seem to be newer.
constexpr std::uint16_t kFar = 0x4000;
// What was not told of for so long will not be: feedback was lost, or has stopped.
constexpr std::int64_t kPatience = 1'000'000;

}  // namespace

void Retransmissions::sent(std::uint16_t sequence) {
  if (first_ && static_cast<std::uint16_t>(sequence - *first_) > kFar) first_.reset();
}

bool Retransmissions::useful(std::int64_t now, std::uint16_t sequence) {
  if (paused_ || (first_ && static_cast<std::int16_t>(sequence - *first_) < 0)) return false;
  auto& copy = copies_[sequence % copies_.size()];
  const bool under_way =
      copy && copy->sequence == sequence && reported_ && *reported_ < copy->sent && now - copy->sent < kPatience;
  if (!under_way) copy = Copy{sequence, now};
  return !under_way;
}
