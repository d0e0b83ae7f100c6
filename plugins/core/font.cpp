// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/font.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>

namespace core {

Font::Font(double scale) {
  constexpr int kFace = cv::FONT_HERSHEY_SIMPLEX;
  const int thickness = std::max(1, static_cast<int>(std::lround(scale * 2)));
  int descent = 0;
  const cv::Size ascent = cv::getTextSize("|", kFace, scale, thickness, &descent);
  descent += thickness;
  height_ = ascent.height + descent + thickness;
  for (int code = kFirst; code <= kLast; ++code) {
    const std::string text(1, static_cast<char>(code));
    Glyph& glyph = glyphs_.at(static_cast<std::size_t>(code - kFirst));
    glyph.width = cv::getTextSize(text, kFace, scale, thickness, nullptr).width;
    glyph.mask.resize(static_cast<std::size_t>(glyph.width) * static_cast<std::size_t>(height_));
    cv::Mat mask(height_, glyph.width, CV_8UC1, glyph.mask.data());
    cv::putText(mask, text, {0, height_ - descent}, kFace, scale, 255, thickness, cv::LINE_AA);
  }
}

int Font::width(std::string_view text) const {
  int width = 0;
  for (const char character : text) width += glyph(character).width;
  return width;
}

const Glyph& Font::glyph(char character) const {
  const bool known = character >= kFirst && character <= kLast;
  return glyphs_.at(static_cast<std::size_t>((known ? character : '?') - kFirst));
}

}  // namespace core
