// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/stamp.h"

#include <algorithm>
#include <cmath>

#include "core/draw.h"

namespace core {
namespace {

constexpr int kReferences = 4;
constexpr double kMinContrast = 32;

Rect cell_area(int index, int top, int cell, int width) {
  const int columns = width / cell;
  return {index % columns * cell, top + index / columns * cell, cell, cell};
}

// Mean of a cell's inner half, because codecs smear its border.
double cell_mean(const Component& component, Rect area) {
  const int margin = area.width / 4;
  int sum = 0;
  int count = 0;
  for (int y = area.y + margin; y < area.y + area.height - margin; ++y) {
    const std::uint8_t* in = component.row(y) + static_cast<std::ptrdiff_t>(area.x + margin) * component.step;
    for (int x = margin; x < area.width - margin; ++x, in += component.step, ++count) sum += *in;
  }
  return static_cast<double>(sum) / count;
}

}  // namespace

int stamp_cell_size(int width) {
  for (const int cell : {16, 8, 4}) {
    if (stamp_fits(width, cell)) return cell;
  }
  return 0;
}

bool stamp_fits(int width, int cell) {
  return width >= stamp_min_width(cell);
}

int stamp_min_width(int cell) {
  const int lines = kStampRows / cell;
  return (kStampCells + lines - 1) / lines * cell;
}

int stamp_top(int height) {
  return (height / kStampRows - 1) * kStampRows;
}

int stamped_height(int height) {
  return (height + kStampRows - 1) / kStampRows * kStampRows + kStampRows;
}

std::uint16_t crc16_ccitt_false(std::span<const std::uint8_t> bytes) {
  unsigned crc = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    crc ^= static_cast<unsigned>(byte) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? 0x1021U : 0U);
  }
  return static_cast<std::uint16_t>(crc);
}

std::array<bool, kStampCells> stamp_cells(std::uint32_t id) {
  const std::array<std::uint8_t, 4> bytes{static_cast<std::uint8_t>(id >> 24), static_cast<std::uint8_t>(id >> 16),
                                          static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)};
  const std::uint64_t code = (std::uint64_t{id} << 16) | crc16_ccitt_false(bytes);
  std::array<bool, kStampCells> cells{false, true, false, true};
  for (std::size_t i = kReferences; i < kStampCells; ++i) cells[i] = ((code >> (kStampCells - 1 - i)) & 1) != 0;
  return cells;
}

void write_stamp(const Image& image, int top, int cell, std::uint32_t id, const Pixel& dark, const Pixel& light) {
  fill(image, {0, top, image.width, kStampRows}, dark);
  const auto cells = stamp_cells(id);
  for (int i = 0; i < kStampCells; ++i) {
    if (cells[static_cast<std::size_t>(i)]) fill(image, cell_area(i, top, cell, image.width), light);
  }
}

StampReading read_stamp(const Image& image, int top, int cell) {
  const Component& component = image.components[static_cast<std::size_t>(image.brightness)];
  const auto mean = [&](int index) { return cell_mean(component, cell_area(index, top, cell, image.width)); };
  const double dark = (mean(0) + mean(2)) / 2;
  const double light = (mean(1) + mean(3)) / 2;
  if (light - dark < kMinContrast) return {};

  const double threshold = (dark + light) / 2;
  double margin = light - threshold;
  std::uint64_t code = 0;
  for (int i = kReferences; i < kStampCells; ++i) {
    const double value = mean(i) - threshold;
    code = code << 1 | (value > 0 ? 1U : 0U);
    margin = std::min(margin, std::abs(value));
  }
  StampReading reading{static_cast<std::uint32_t>(code >> 16), false, margin / (light - threshold)};
  std::uint64_t expected = 0;
  const auto cells = stamp_cells(reading.id);
  for (int i = kReferences; i < kStampCells; ++i)
    expected = expected << 1 | (cells[static_cast<std::size_t>(i)] ? 1U : 0U);
  reading.valid = code == expected;
  return reading;
}

}  // namespace core
