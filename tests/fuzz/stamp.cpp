// SPDX-License-Identifier: LGPL-2.1-or-later
// The strip of a picture that somebody else made: a byte for the size of its cells, one for its width, then its pixels.
#include "core/stamp.h"

#include <algorithm>
#include <vector>

#include "must.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static constexpr std::array<int, 3> kCells{4, 8, 16};
  const int cell = kCells.at(data[0] % kCells.size());
  const int step = (data[0] & 0x80) != 0 ? 3 : 1;
  const int width = core::stamp_min_width(cell) + data[1];
  // not a byte more than the strip has
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * step * core::kStampRows);
  std::copy_n(data + 2, std::min(size - 2, pixels.size()), pixels.begin());
  core::Image image{width, core::kStampRows, 1, {}};
  image.components[0] = {pixels.data(), width * step, step};
  const auto reading = core::read_stamp(image, 0, cell);
  must(reading.margin >= 0 && reading.margin <= 1, "a margin is from 0 to 1");

  // what is written over any picture is read again
  core::write_stamp(image, 0, cell, reading.id, {16}, {235});
  const auto again = core::read_stamp(image, 0, cell);
  must(again.valid && again.id == reading.id && again.margin == 1, "a stamp is read as it was written");
  return 0;
}
