// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sent_log.h"

#include <cmath>

namespace {

constexpr std::int64_t kArrivalWrap = std::int64_t{1 << 24} * 64'000;

}  // namespace

void SentLog::sent(std::uint16_t seq, std::int64_t now, std::uint32_t bytes) {
  // no number is below 0, however far back a feedback points
  std::int64_t number = 0x10000 + seq;
  if (newest_) number = *newest_ + static_cast<std::int16_t>(seq - static_cast<std::uint16_t>(*newest_));
  if (!newest_ || number > *newest_) newest_ = number;
  entries_[static_cast<std::size_t>(number) % entries_.size()] = {number, now, bytes, State::kSent};
}

std::vector<SentLog::Report> SentLog::match(const Feedback& feedback) {
  std::vector<Report> reports;
  if (!newest_) return reports;
  for (const auto& packet : feedback.packets) {
    const std::int64_t number =
        *newest_ - static_cast<std::uint16_t>(static_cast<std::uint16_t>(*newest_) - packet.seq);
    Entry& entry = entries_[static_cast<std::size_t>(number) % entries_.size()];
    if (entry.seq != number) continue;
    const State state = packet.arrival ? State::kArrived : State::kLost;
    if (entry.state == State::kNever || entry.state >= state) continue;
    entry.state = state;
    std::optional<std::int64_t> arrival;
    if (packet.arrival) arrival = unwrap_arrival(*packet.arrival);
    reports.push_back({number, entry.sent, arrival, entry.bytes});
  }
  return reports;
}

// The moment nearest to the last arrival of which the wrapped clock shows this.
std::int64_t SentLog::unwrap_arrival(std::int64_t arrival) {
  if (last_arrival_) {
    const double wraps = std::round(static_cast<double>(*last_arrival_ - arrival) / static_cast<double>(kArrivalWrap));
    arrival += static_cast<std::int64_t>(wraps) * kArrivalWrap;
  }
  last_arrival_ = arrival;
  return arrival;
}
