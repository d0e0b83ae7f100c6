// SPDX-License-Identifier: LGPL-2.1-or-later
#include "climb.h"

#include <algorithm>

namespace {

constexpr std::int64_t kMs = 1000;
// What a token bucket may let through at once.
constexpr double kBits = 80'000;
constexpr std::int64_t kLast = 250 * kMs;
constexpr std::int64_t kNoMore = 2000 * kMs;
constexpr double kFactor = 2.1;
constexpr std::int64_t kFull = 30 * kMs;
constexpr std::size_t kBursts = 4;

}  // namespace

void Climb::start(std::int64_t now, double first, std::int64_t hold, double top) {
  active_ = true;
  top_ = top;
  passed_ = 0;
  level(now, std::min(first, top), hold);
}

void Climb::level(std::int64_t now, double rate, std::int64_t hold) {
  rate_ = rate;
  start_ = now;
  hold_ = std::max(hold, static_cast<std::int64_t>(kBits / rate * 1e6));
  if (rate >= top_) hold_ = std::max(hold_, kLast);
}

std::optional<Climb::End> Climb::step(std::int64_t now, const LinkTrace& trace, double usual, double other) {
  const auto stretch = trace.since(start_);
  if (full(trace, start_, stretch, usual)) {
    active_ = false;
    return End::kFull;
  }
  const auto newest = trace.newest();
  if (newest && *newest - start_ >= hold_ && trace.queue(start_, *newest, kBursts)) {
    const std::int64_t from = std::max(start_, *newest - 1000 * kMs);
    const double sent = static_cast<double>(trace.since(from).sent_bytes) * 8e6 / static_cast<double>(*newest - from);
    if (sent + other >= 0.75 * rate_) {
      passed_ = rate_;
      if (rate_ >= top_) {
        active_ = false;
        return End::kTop;
      }
      level(now, std::min(kFactor * rate_, top_), 0);
      return std::nullopt;
    }
  }
  if (now - start_ < hold_ + kNoMore) return std::nullopt;
  active_ = false;
  return End::kUnknown;
}

bool Climb::full(const LinkTrace& trace, std::int64_t start, const LinkTrace::Stretch& stretch, double usual) {
  const auto queue = trace.queue_now(100 * kMs, kBursts, start);
  if (queue && *queue > kFull + trace.noise()) return true;
  if (trace.rises(start)) return true;
  // a queue too short to be seen: much is lost
  if (stretch.packets >= 15 && stretch.loss > 0.35) return true;
  return stretch.packets >= 20 && stretch.loss > 0.15 &&
         stretch.median > usual + 8.0 * kMs + static_cast<double>(trace.noise());
}
