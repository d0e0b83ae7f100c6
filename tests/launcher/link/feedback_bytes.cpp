// SPDX-License-Identifier: LGPL-2.1-or-later
#include "feedback_bytes.h"

#include <algorithm>

namespace {

void put(std::vector<std::uint8_t>& bytes, std::uint32_t value, int count) {
  while (count-- > 0) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * count)));
}

void put_runs(std::vector<std::uint8_t>& bytes, const std::vector<int>& symbols) {
  for (std::size_t i = 0; i < symbols.size();) {
    std::size_t length = 1;
    while (i + length < symbols.size() && symbols[i + length] == symbols[i] && length < 0x1fff) ++length;
    put(bytes, static_cast<std::uint32_t>(symbols[i]) << 13 | static_cast<std::uint32_t>(length), 2);
    i += length;
  }
}

void put_vectors(std::vector<std::uint8_t>& bytes, const std::vector<int>& symbols, int bits) {
  const std::size_t held = 14 / static_cast<std::size_t>(bits);
  for (std::size_t i = 0; i < symbols.size(); i += held) {
    std::uint32_t chunk = bits == 2 ? 3 : 2;
    for (std::size_t j = i; j < i + held; ++j)
      chunk = chunk << bits | static_cast<std::uint32_t>(j < symbols.size() ? symbols[j] : 0);
    put(bytes, chunk, 2);
  }
}

}  // namespace

std::vector<std::uint8_t> write_feedback(std::uint16_t base, const std::vector<WrittenPacket>& packets, Chunks chunks) {
  const auto first = std::find_if(packets.begin(), packets.end(), [](auto& packet) { return packet.arrival; });
  // rounded down, also below 0
  const std::int64_t reference = first == packets.end() ? 0 : *first->arrival >> 6;
  const std::int64_t reference_64ms = reference / 1000 - (reference % 1000 < 0 ? 1 : 0);
  std::int64_t at = reference_64ms * 64'000;
  std::vector<int> symbols;
  std::vector<std::uint8_t> deltas;
  for (const auto& packet : packets) {
    if (!packet.arrival) {
      symbols.push_back(0);
      continue;
    }
    const std::int64_t delta = (*packet.arrival - at) / 250;
    at = *packet.arrival;
    const bool small = delta >= 0 && delta <= 255;
    symbols.push_back(small ? 1 : 2);
    put(deltas, static_cast<std::uint32_t>(delta) & (small ? 0xff : 0xffff), small ? 1 : 2);
  }
  std::vector<std::uint8_t> bytes;
  put(bytes, base, 2);
  put(bytes, static_cast<std::uint32_t>(packets.size()), 2);
  put(bytes, static_cast<std::uint32_t>(reference_64ms) & 0xffffff, 3);
  put(bytes, 7, 1);
  if (chunks == Chunks::kRuns) put_runs(bytes, symbols);
  if (chunks == Chunks::kOneBit) put_vectors(bytes, symbols, 1);
  if (chunks == Chunks::kTwoBits) put_vectors(bytes, symbols, 2);
  bytes.insert(bytes.end(), deltas.begin(), deltas.end());
  while (bytes.size() % 4 != 0) bytes.push_back(0);
  return bytes;
}
