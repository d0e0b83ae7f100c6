// SPDX-License-Identifier: LGPL-2.1-or-later
#include "feedback.h"

#include <algorithm>

namespace {

constexpr std::size_t kHeader = 8;  // first number, count, reference time, number of this feedback
constexpr std::int64_t kReferenceUs = 64'000;
constexpr std::int64_t kDeltaUs = 250;

enum Symbol : std::uint8_t { kLost = 0, kSmallDelta = 1, kLargeDelta = 2, kReserved = 3 };

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool has(std::size_t count) const { return bytes_.size() - at_ >= count; }
  std::uint32_t take(std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes_[at_++];
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// Adds the symbols of one chunk. The last chunk may hold more than there are packets.
void add_chunk(std::uint32_t chunk, std::size_t count, std::vector<std::uint8_t>& symbols) {
  const std::size_t left = count - symbols.size();
  if ((chunk & 0x8000) == 0) {  // a run
    symbols.insert(symbols.end(), std::min<std::size_t>(left, chunk & 0x1fff), (chunk >> 13) & 3);
    return;
  }
  const int bits = (chunk & 0x4000) != 0 ? 2 : 1;
  const std::size_t held = 14 / static_cast<std::size_t>(bits);
  for (std::size_t i = 0; i < std::min(left, held); ++i) {
    const auto shift = 14 - bits * (static_cast<int>(i) + 1);
    symbols.push_back(chunk >> shift & (bits == 2 ? 3 : 1));
  }
}

}  // namespace

std::optional<Feedback> Feedback::parse(std::span<const std::uint8_t> fci) {
  Reader reader(fci);
  if (!reader.has(kHeader)) return std::nullopt;
  auto seq = static_cast<std::uint16_t>(reader.take(2));
  const std::size_t count = reader.take(2);
  const std::uint32_t reference = reader.take(3);
  reader.take(1);
  if (count == 0 || count > kMaxPackets) return std::nullopt;
  // 24 bits with a sign
  std::int64_t arrival = (std::int64_t{reference} - ((reference & 0x800000) != 0 ? 0x1000000 : 0)) * kReferenceUs;

  std::vector<std::uint8_t> symbols;
  symbols.reserve(count);
  while (symbols.size() < count) {
    if (!reader.has(2)) return std::nullopt;
    const std::uint32_t chunk = reader.take(2);
    if ((chunk & 0x8000) == 0 && (chunk & 0x1fff) == 0) return std::nullopt;
    add_chunk(chunk, count, symbols);
  }

  Feedback feedback;
  feedback.packets.reserve(count);
  for (const std::uint8_t symbol : symbols) {
    Packet packet{seq++, std::nullopt};
    if (symbol == kReserved) return std::nullopt;
    if (symbol != kLost) {
      const std::size_t size = symbol == kSmallDelta ? 1 : 2;
      if (!reader.has(size)) return std::nullopt;
      const std::uint32_t delta = reader.take(size);
      arrival +=
          (symbol == kSmallDelta ? std::int64_t{delta} : std::int64_t{static_cast<std::int16_t>(delta)}) * kDeltaUs;
      packet.arrival = arrival;
    }
    feedback.packets.push_back(packet);
  }
  return feedback;
}
