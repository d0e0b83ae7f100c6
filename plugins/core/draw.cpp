// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/draw.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace core {
namespace {

constexpr int kTile = 16;  // even, so that tiles never cut a chroma sample
constexpr int kPadded = kTile + 2;
constexpr float kHalfDiagonal = kTile * 0.7072F + 2;

// How much of each pixel is covered (0..255), with one pixel around the tile for the chroma filter.
struct Coverage {
  std::array<std::array<std::uint8_t, kPadded>, kPadded> rows{};

  bool empty(std::size_t row) const {
    return std::all_of(rows[row].begin(), rows[row].end(), [](std::uint8_t cover) { return cover == 0; });
  }
};

std::uint8_t blend(std::uint8_t under, std::uint8_t over, int coverage) {
  return static_cast<std::uint8_t>(under + ((over - under) * coverage + (over >= under ? 127 : -127)) / 255);
}

void blend_full(const Component& component, Rect tile, std::uint8_t value, const Coverage& coverage) {
  for (int y = 0; y < tile.height; ++y) {
    const auto line = static_cast<std::size_t>(y) + 1;
    if (coverage.empty(line)) continue;
    std::uint8_t* out = component.row(tile.y + y) + static_cast<std::ptrdiff_t>(tile.x) * component.step;
    const std::uint8_t* cover = &coverage.rows[line][1];
    for (int x = 0; x < tile.width; ++x, out += component.step) {
      if (cover[x] != 0) *out = blend(*out, value, cover[x]);
    }
  }
}

// Weights of three pixels: the first one of a chroma sample, the one before it and the one after it. Their sum is 4.
std::array<int, 3> filter(int shift, bool cosited) {
  if (shift == 0) return {0, 4, 0};
  return cosited ? std::array<int, 3>{1, 2, 1} : std::array<int, 3>{0, 2, 2};
}

void blend_subsampled(const Image& image, const Component& component, Rect tile, std::uint8_t value,
                      const Coverage& coverage) {
  const auto across = filter(component.x_shift, image.x_cosited);
  const auto down = filter(component.y_shift, image.y_cosited);
  for (int y = 0; y < tile.height; y += 1 << component.y_shift) {
    const auto line = static_cast<std::size_t>(y);
    if (coverage.empty(line) && coverage.empty(line + 1) && coverage.empty(line + 2)) continue;
    std::array<int, kPadded> sums{};
    for (std::size_t i = 0; i < kPadded; ++i) {
      sums[i] = down[0] * coverage.rows[line][i] + down[1] * coverage.rows[line + 1][i] +
                down[2] * coverage.rows[line + 2][i];
    }
    std::uint8_t* row = component.row((tile.y + y) >> component.y_shift);
    for (int x = 0; x < tile.width; x += 1 << component.x_shift) {
      const int* sum = &sums[static_cast<std::size_t>(x)];
      const int cover = (across[0] * sum[0] + across[1] * sum[1] + across[2] * sum[2]) / 16;
      std::uint8_t* out = row + static_cast<std::ptrdiff_t>((tile.x + x) >> component.x_shift) * component.step;
      if (cover != 0) *out = blend(*out, value, cover);
    }
  }
}

void blend_tile(const Image& image, Rect tile, const Pixel& color, const Coverage& coverage) {
  for (int i = 0; i < image.count; ++i) {
    const Component& component = image.components[static_cast<std::size_t>(i)];
    const std::uint8_t value = color[static_cast<std::size_t>(i)];
    if (component.x_shift == 0 && component.y_shift == 0)
      blend_full(component, tile, value, coverage);
    else
      blend_subsampled(image, component, tile, value, coverage);
  }
}

int clamp_floor(double value, int low, int high) {
  return static_cast<int>(std::floor(std::clamp<double>(value, low, high)));
}

// Calls `paint` with each tile that touches the rectangle and the picture.
template <typename Paint>
void for_each_tile(const Image& image, double left, double top, double right, double bottom, Paint paint) {
  if (!(left < right && top < bottom)) return;  // also for NaN
  const int first_x = clamp_floor(left, 0, image.width) / kTile * kTile;
  const int first_y = clamp_floor(top, 0, image.height) / kTile * kTile;
  const int end_x = clamp_floor(std::ceil(right), 0, image.width);
  const int end_y = clamp_floor(std::ceil(bottom), 0, image.height);
  for (int y = first_y; y < end_y; y += kTile) {
    for (int x = first_x; x < end_x; x += kTile)
      paint(Rect{x, y, std::min(kTile, image.width - x), std::min(kTile, image.height - y)});
  }
}

// Paints where `distance`, the signed distance to the shape's border in pixels, is negative.
template <typename Distance>
void paint_shape(const Image& image, double left, double top, double right, double bottom, const Pixel& color,
                 Distance distance) {
  for_each_tile(image, left - 1, top - 1, right + 1, bottom + 1, [&](Rect tile) {
    const float middle = distance(static_cast<float>(tile.x) + kTile * 0.5F, static_cast<float>(tile.y) + kTile * 0.5F);
    if (middle > kHalfDiagonal) return;
    Coverage coverage;
    if (middle < -kHalfDiagonal) {
      for (auto& row : coverage.rows) row.fill(255);
    } else {
      for (std::size_t j = 0; j < kPadded; ++j) {
        for (std::size_t i = 0; i < kPadded; ++i) {
          const float d = distance(static_cast<float>(tile.x) + static_cast<float>(i) - 0.5F,
                                   static_cast<float>(tile.y) + static_cast<float>(j) - 0.5F);
          coverage.rows[j][i] = static_cast<std::uint8_t>(std::clamp(0.5F - d, 0.F, 1.F) * 255);
        }
      }
    }
    blend_tile(image, tile, color, coverage);
  });
}

// Distance to a circle's centre.
struct Centre {
  explicit Centre(const Circle& circle) : x(static_cast<float>(circle.x)), y(static_cast<float>(circle.y)) {}
  float operator()(float px, float py) const { return std::sqrt((px - x) * (px - x) + (py - y) * (py - y)); }
  float x;
  float y;
};

// Adds a glyph whose top left corner is at (x, y) to the coverage of a tile.
void add_glyph(Coverage& coverage, Rect tile, const Glyph& glyph, int height, int x, int y) {
  const int left = x - tile.x + 1;
  const int top = y - tile.y + 1;
  const int first = std::max(0, left);
  const int end = std::min(kPadded, left + glyph.width);
  if (first >= end) return;
  for (int j = std::max(0, top); j < std::min(kPadded, top + height); ++j) {
    const std::uint8_t* from = glyph.mask.data() + static_cast<std::ptrdiff_t>(j - top) * glyph.width;
    std::copy(from + (first - left), from + (end - left),
              &coverage.rows[static_cast<std::size_t>(j)][static_cast<std::size_t>(first)]);
  }
}

void fill_component(const Component& component, Rect area, std::uint8_t value) {
  const int x = area.x >> component.x_shift;
  const int end_x = (area.x + area.width + component.x_shift) >> component.x_shift;
  const int y = area.y >> component.y_shift;
  const int end_y = (area.y + area.height + component.y_shift) >> component.y_shift;
  for (int row = y; row < end_y; ++row) {
    std::uint8_t* out = component.row(row) + static_cast<std::ptrdiff_t>(x) * component.step;
    if (component.step == 1) {
      std::memset(out, value, static_cast<std::size_t>(end_x - x));
      continue;
    }
    for (int i = x; i < end_x; ++i, out += component.step) *out = value;
  }
}

}  // namespace

void fill(const Image& image, Rect area, const Pixel& color) {
  const int x = std::clamp(area.x, 0, image.width);
  const int y = std::clamp(area.y, 0, image.height);
  const Rect inside{x, y, std::clamp(area.x + area.width, 0, image.width) - x,
                    std::clamp(area.y + area.height, 0, image.height) - y};
  if (inside.empty()) return;
  for (int i = 0; i < image.count; ++i)
    fill_component(image.components[static_cast<std::size_t>(i)], inside, color[static_cast<std::size_t>(i)]);
}

void fill_rows(const Image& image, int first, int end, const Pixel& color) {
  for (int i = 0; i < image.count; ++i) {
    const Component& component = image.components[static_cast<std::size_t>(i)];
    const int unshared = (first + component.y_shift) >> component.y_shift << component.y_shift;
    if (unshared < end)
      fill_component(component, {0, unshared, image.width, end - unshared}, color[static_cast<std::size_t>(i)]);
  }
}

void draw_ring(const Image& image, const Circle& circle, double line_width, const Pixel& color) {
  const auto radius = static_cast<float>(circle.radius);
  const auto half = static_cast<float>(line_width / 2);
  const double reach = circle.radius + line_width / 2;
  paint_shape(image, circle.x - reach, circle.y - reach, circle.x + reach, circle.y + reach, color,
              [=, to = Centre(circle)](float x, float y) { return std::abs(to(x, y) - radius) - half; });
}

void draw_line(const Image& image, double x1, double y1, double x2, double y2, double line_width, const Pixel& color) {
  const auto ax = static_cast<float>(x1);
  const auto ay = static_cast<float>(y1);
  const auto dx = static_cast<float>(x2 - x1);
  const auto dy = static_cast<float>(y2 - y1);
  const float length2 = dx * dx + dy * dy;
  const auto half = static_cast<float>(line_width / 2);
  paint_shape(image, std::min(x1, x2) - line_width / 2, std::min(y1, y2) - line_width / 2,
              std::max(x1, x2) + line_width / 2, std::max(y1, y2) + line_width / 2, color, [=](float px, float py) {
                const float part = length2 > 0 ? ((px - ax) * dx + (py - ay) * dy) / length2 : 0;
                const float nearest = std::clamp(part, 0.F, 1.F);
                return std::hypot(px - ax - nearest * dx, py - ay - nearest * dy) - half;
              });
}

void draw_disc(const Image& image, const Circle& circle, const Pixel& color) {
  const double r = circle.radius;
  paint_shape(image, circle.x - r, circle.y - r, circle.x + r, circle.y + r, color,
              [to = Centre(circle), radius = static_cast<float>(r)](float x, float y) { return to(x, y) - radius; });
}

void draw_box(const Image& image, double x, double y, double width, double height, double line_width,
              const Pixel& color) {
  const double half = line_width / 2;
  const auto middle_x = static_cast<float>(x + width / 2);
  const auto middle_y = static_cast<float>(y + height / 2);
  const auto reach_x = static_cast<float>(width / 2 - half);
  const auto reach_y = static_cast<float>(height / 2 - half);
  const auto line = static_cast<float>(half);
  const auto distance = [=](float px, float py) {
    const float dx = std::abs(px - middle_x) - reach_x;
    const float dy = std::abs(py - middle_y) - reach_y;
    return std::abs(std::max(dx, dy)) - line;
  };
  paint_shape(image, x, y, x + width, y + height, color, distance);
}

void draw_text(const Image& image, const Font& font, int x, int y, std::string_view text, const Pixel& color) {
  for_each_tile(image, x - 1, y - 1, x + font.width(text) + 1, y + font.height() + 1, [&](Rect tile) {
    Coverage coverage;
    int glyph_x = x;
    for (const char character : text) {
      const Glyph& glyph = font.glyph(character);
      add_glyph(coverage, tile, glyph, font.height(), glyph_x, y);
      glyph_x += glyph.width;
    }
    blend_tile(image, tile, color, coverage);
  });
}

}  // namespace core
