// SPDX-License-Identifier: LGPL-2.1-or-later
// The messages that left for one viewer by a way that loses none (TCP), and what its acknowledgements say of each:
// behind a proxy nothing else tells what arrives. All times are µs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "sent_log.h"

class AckLog {
 public:
  // More than these without an acknowledgement are no viewer's.
  static constexpr std::size_t kMost = 4096;

  // A message leaves; `bytes` are those on the wire. `measured`: it is to be reported.
  void sent(std::int64_t now, std::uint32_t bytes, bool measured);

  // The viewer has had the first `number` messages, the last of them at `at` on its own clock. Returns what is new.
  // Nothing if so many never left.
  std::optional<std::vector<SentLog::Report>> acknowledged(std::int64_t number, std::int64_t at, std::int64_t now);

  // When the oldest message left that is under way; nothing: none is.
  std::optional<std::int64_t> oldest() const;
  // The quickest way there and back so far. It is known early: the first messages are small.
  std::optional<std::int64_t> round_trip() const { return round_trip_; }
  std::size_t under_way() const { return messages_.size(); }

 private:
  struct Message {
    std::int64_t sent = 0;
    std::uint32_t bytes = 0;
    bool measured = false;
  };

  std::deque<Message> messages_;  // under way
  std::int64_t first_ = 1;        // number of the first of them
  std::optional<std::int64_t> round_trip_;
};
