// SPDX-License-Identifier: LGPL-2.1-or-later
// The packets that left for one viewer, and what its feedback says of each. All times are µs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "feedback.h"

class SentLog {
 public:
  struct Report {
    std::int64_t seq = 0;                 // one more for each packet; it does not wrap
    std::int64_t sent = 0;                // our clock
    std::optional<std::int64_t> arrival;  // the viewer's clock, which does not wrap here; nothing: lost, so far
    std::uint32_t bytes = 0;
  };

  // A packet with this transport-cc number leaves; `bytes` are those on the wire.
  void sent(std::uint16_t seq, std::int64_t now, std::uint32_t bytes);

  // What is new. A packet is reported lost once at most, and as arrived once at most, which may be after it was lost.
  // Feedback about packets that never left, or long ago, is left out.
  std::vector<Report> match(const Feedback& feedback);

 private:
  enum class State : std::uint8_t { kNever, kSent, kLost, kArrived };
  struct Entry {
    std::int64_t seq = 0;
    std::int64_t sent = 0;
    std::uint32_t bytes = 0;
    State state = State::kNever;
  };

  std::int64_t unwrap_arrival(std::int64_t arrival);

  std::array<Entry, 4096> entries_{};
  std::optional<std::int64_t> newest_;  // its number
  std::optional<std::int64_t> last_arrival_;
};
