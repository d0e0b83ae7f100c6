// SPDX-License-Identifier: LGPL-2.1-or-later
// The frame id as a row of light and dark cells. STAMP.md beside this file has the format.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/image.h"

namespace core {

constexpr int kStampRows = 16;
constexpr int kStampCells = 4 + 32 + 16;

// Side of the largest cell with which the code fits a picture of this width; 0 where none does.
int stamp_cell_size(int width);
bool stamp_fits(int width, int cell);
// Narrowest picture for cells of this side.
int stamp_min_width(int cell);

// First row of the strip: the last macroblock row that lies fully inside the picture. Negative if none does.
int stamp_top(int height);
// Height of a picture with the strip added below.
int stamped_height(int height);

std::uint16_t crc16_ccitt_false(std::span<const std::uint8_t> bytes);
// True is a light cell.
std::array<bool, kStampCells> stamp_cells(std::uint32_t id);

struct StampReading {
  std::uint32_t id = 0;
  bool valid = false;  // enough contrast, and the CRC is right
  double margin = 0;   // the worst cell's distance to the threshold: 1 is a perfect picture, 0 a guess
};

// The strip is the kStampRows rows from `top` on.
void write_stamp(const Image& image, int top, int cell, std::uint32_t id, const Pixel& dark, const Pixel& light);
StampReading read_stamp(const Image& image, int top, int cell);

}  // namespace core
