// SPDX-License-Identifier: LGPL-2.1-or-later
// A frame's identity: its running time on the 90 kHz RTP clock, modulo 2^32 (it wraps after 13.25 h).
#pragma once

#include <cstdint>

constexpr std::uint32_t frame_id(std::uint64_t running_time_ns) {
  // running_time * 9 / 100000, in two parts because the product overflows.
  const std::uint64_t whole = running_time_ns / 100'000 * 9;
  const std::uint64_t rest = running_time_ns % 100'000 * 9 / 100'000;
  return static_cast<std::uint32_t>(whole + rest);
}

// How far `a` is after `b`, in ticks; negative if it is before. Also right when the ids wrap between the two.
constexpr std::int32_t frame_id_difference(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b);
}
