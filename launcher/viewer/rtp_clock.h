// SPDX-License-Identifier: LGPL-2.1-or-later
// One viewer's stream as seen in its packets: which packets belong to it, and to which frames.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

struct RtpClock {
  std::atomic<std::int64_t> offset = -1;       // RTP timestamp - frame id; -1 until the first packet
  std::atomic<std::uint32_t> ssrc = 0;         // set before the offset
  std::atomic<std::uint32_t> repair_ssrc = 0;  // of its retransmissions (RFC 4588); 0: there are none
};

// The RTP timestamp of a packet that is the last one of a frame of the stream `ssrc`; nothing for other packets. SRTP
// leaves the header readable (RFC 3711 §3.1). Packets of other kinds that go the same way have another SSRC in that
// place, or are no RTP (RFC 7983).
inline std::optional<std::uint32_t> end_of_frame(const std::uint8_t* packet, std::size_t size, std::uint32_t ssrc) {
  const auto word = [packet](std::size_t at) {
    return static_cast<std::uint32_t>(packet[at]) << 24 | static_cast<std::uint32_t>(packet[at + 1]) << 16 |
           static_cast<std::uint32_t>(packet[at + 2]) << 8 | packet[at + 3];
  };
  constexpr std::size_t kHeader = 12;
  constexpr int kVersion = 2;
  if (size < kHeader || packet[0] >> 6 != kVersion || (packet[1] & 0x80) == 0 || word(8) != ssrc) return std::nullopt;
  return word(4);
}
