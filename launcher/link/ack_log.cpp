// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ack_log.h"

#include <algorithm>

void AckLog::sent(std::int64_t now, std::uint32_t bytes, bool measured) {
  messages_.push_back({now, bytes, measured});
}

std::optional<std::vector<SentLog::Report>> AckLog::acknowledged(std::int64_t number, std::int64_t at,
                                                                 std::int64_t now) {
  if (number >= first_ + static_cast<std::int64_t>(messages_.size())) return std::nullopt;
  std::vector<SentLog::Report> reports;
  for (; first_ <= number; ++first_) {
    const Message& message = messages_.front();
    if (first_ == number) round_trip_ = std::min(round_trip_.value_or(now - message.sent), now - message.sent);
    if (message.measured) reports.push_back({first_, message.sent, at, message.bytes});
    messages_.pop_front();
  }
  return reports;
}

std::optional<std::int64_t> AckLog::oldest() const {
  return messages_.empty() ? std::nullopt : std::optional(messages_.front().sent);
}
