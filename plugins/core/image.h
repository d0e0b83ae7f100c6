// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture in memory, whatever its format: one entry for each component (Y U V, or R G B), planar or packed.
//
// Coordinates are continuous, in pixels from the picture's top left corner: pixel (i, j) covers [i, i+1) x [j, j+1).
#pragma once

#include <array>
#include <cstdint>

namespace core {

struct Component {
  std::uint8_t* data = nullptr;
  int stride = 0;   // bytes from one row to the next
  int step = 1;     // bytes from one sample to the next
  int x_shift = 0;  // 1: one sample for two columns
  int y_shift = 0;  // 1: one sample for two rows

  std::uint8_t* row(int y) const { return data + static_cast<std::ptrdiff_t>(y) * stride; }
};

struct Image {
  int width = 0;
  int height = 0;
  int count = 0;
  std::array<Component, 4> components{};
  int brightness = 0;      // the component to read light and dark from: Y or G
  bool x_cosited = false;  // true: subsampled chroma sits on the left pixel's centre; false: between the two
  bool y_cosited = false;  // the same for the upper pixel
};

// One colour in an image's components.
using Pixel = std::array<std::uint8_t, 4>;

struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  bool empty() const { return width <= 0 || height <= 0; }
};

struct Circle {
  double x = 0;
  double y = 0;
  double radius = 0;
};

}  // namespace core
