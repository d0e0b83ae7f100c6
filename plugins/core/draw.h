// SPDX-License-Identifier: LGPL-2.1-or-later
// Antialiased shapes on any Image, clipped at its borders. Nothing here allocates.
#pragma once

#include <string_view>

#include "core/font.h"
#include "core/image.h"

namespace core {

void fill(const Image& image, Rect area, const Pixel& color);
// Whole rows [first, end). A row of chroma that the row above `first` shares is left as it is.
void fill_rows(const Image& image, int first, int end, const Pixel& color);

// Line of `line_width` pixels, half of it on each side of the circle.
void draw_ring(const Image& image, const Circle& circle, double line_width, const Pixel& color);
void draw_disc(const Image& image, const Circle& circle, const Pixel& color);
// Line with round ends, half of its width on each side.
void draw_line(const Image& image, double x1, double y1, double x2, double y2, double line_width, const Pixel& color);
// Line inside the rectangle, which may be partly outside the picture.
void draw_box(const Image& image, double x, double y, double width, double height, double line_width,
              const Pixel& color);
// Top left corner of the text at (x, y).
void draw_text(const Image& image, const Font& font, int x, int y, std::string_view text, const Pixel& color);

}  // namespace core
