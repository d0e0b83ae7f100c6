// SPDX-License-Identifier: LGPL-2.1-or-later
// What a browser says of the packets that reached it: transport-cc feedback (RTCP payload type 205, format 15), as in
// draft-holmer-rmcat-transport-wide-cc-extensions-01.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

struct Feedback {
  // More packets than this are nonsense: the longest run of lost packets that one chunk can tell.
  static constexpr std::size_t kMaxPackets = 8191;

  struct Packet {
    std::uint16_t seq = 0;
    std::optional<std::int64_t>
        arrival;  // µs on the browser's clock, which wraps every 298 h; nothing: it did not come
  };
  std::vector<Packet> packets;  // in the order of their numbers, without a gap

  // `fci` is what follows the two SSRCs. Nothing if it is nonsense.
  static std::optional<Feedback> parse(std::span<const std::uint8_t> fci);
};
