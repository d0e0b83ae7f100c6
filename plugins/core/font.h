// SPDX-License-Identifier: LGPL-2.1-or-later
// Printable ASCII as coverage masks, rasterised once for a size.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace core {

struct Glyph {
  int width = 0;  // of the mask; the next glyph begins right behind it
  std::vector<std::uint8_t> mask;
};

class Font {
 public:
  // `scale` 1 is a text of about 30 pixels' height.
  explicit Font(double scale);

  int height() const { return height_; }
  int width(std::string_view text) const;
  // Characters without a glyph of their own are shown as '?'.
  const Glyph& glyph(char character) const;

 private:
  static constexpr int kFirst = ' ';
  static constexpr int kLast = '~';
  int height_ = 0;
  std::array<Glyph, kLast - kFirst + 1> glyphs_;
};

}  // namespace core
