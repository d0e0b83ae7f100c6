// SPDX-License-Identifier: LGPL-2.1-or-later
#include "climb.h"

#include <algorithm>

namespace {

constexpr std::int64_t kMs = 1000;
// What a token bucket may let through at once.
constexpr double kBits = 80'000;
constexpr double kCarefulBits = 240'000;
constexpr double kLongest = 4;  // seconds

constexpr std::int64_t kLast = 250 * kMs;
// Until a link that carries two thirds of what the top takes has spent what it lets through at once.
constexpr double kLastBits = 256'000;
constexpr std::int64_t kNoMore = 2000 * kMs;
constexpr double kFactor = 2.1;
constexpr double kCarefulFactor = 1.7;
// Where so much more reaches the top, that is the next step.
constexpr double kLastFactor = 2.8;
constexpr std::size_t kBursts = 4;

}  // namespace

void Climb::start(std::int64_t now, double first, std::int64_t hold, double top, bool careful) {
  active_ = true;
  careful_ = careful;
  top_ = top;
  passed_ = 0;
  level(now, std::min(first, top), hold);
}

void Climb::level(std::int64_t now, double rate, std::int64_t hold) {
  rate_ = rate;
  start_ = now;
  const double bits = careful_ ? kCarefulBits : rate < top_ ? kBits : kLastBits;
  hold_ = std::max(hold, static_cast<std::int64_t>(std::min(bits / rate, kLongest) * 1e6));
  if (rate >= top_) hold_ = std::max(hold_, kLast);
}

std::optional<Climb::End> Climb::step(std::int64_t now, const LinkTrace& trace, const LossBlocks& losses,
                                      double other) {
  if (full(trace, losses)) {
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
      const bool last = top_ <= (careful_ ? kCarefulFactor : kLastFactor) * rate_;
      level(now, last ? top_ : (careful_ ? kCarefulFactor : kFactor) * rate_, 0);
      return std::nullopt;
    }
  }
  if (now - start_ < hold_ + kNoMore) return std::nullopt;
  active_ = false;
  return End::kUnknown;
}

bool Climb::full(const LinkTrace& trace, const LossBlocks& losses) const {
  const auto queue = trace.queue_now(100 * kMs, kBursts, start_);
  if (queue && *queue > kQueue + 2 * trace.noise()) return true;
  if (trace.rises(start_)) return true;
  const auto stretch = trace.since(start_);
  if (stretch.packets >= 15 && stretch.loss > LossBlocks::kTooMuch) return true;
  return stretch.packets >= LossBlocks::kPackets && stretch.loss > LossBlocks::kMuch &&
         losses.late(stretch.median, trace);
}
