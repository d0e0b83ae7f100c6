// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes transport-cc feedback as a browser does.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

struct WrittenPacket {
  std::optional<std::int64_t> arrival;  // µs, a multiple of 250
};

enum class Chunks : std::uint8_t { kRuns, kOneBit, kTwoBits };

// What follows the two SSRCs. `base` is the first packet's number. One-bit chunks cannot tell a large or negative
// delta.
std::vector<std::uint8_t> write_feedback(std::uint16_t base, const std::vector<WrittenPacket>& packets,
                                         Chunks chunks = Chunks::kTwoBits);
