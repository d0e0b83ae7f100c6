// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/scene.h"

#include <algorithm>

#include "core/draw.h"

namespace core {
namespace {

double half_line(const SceneLook& look) {
  return look.filled ? 0 : look.line_width / 2;
}

}  // namespace

BallScene::BallScene(int width, int height) : width_(width), height_(height) {
  constexpr double kSmallestReadable = 0.25;
  const double scale = std::min(width, height) / 720.0;
  if (scale >= kSmallestReadable) font_.emplace(scale);
}

Circle BallScene::place(const BallWalk& walk, const SceneLook& look) const {
  const double room = std::min(width_, height_) / 3.0;
  const double radius = std::min(look.radius, room);
  return walk.place(width_, height_, radius, std::min(radius + half_line(look) + 1, std::min(width_, height_) / 2.0));
}

void BallScene::draw(const Image& image, const SceneLook& look, const Circle& ball, std::string_view text) const {
  fill(image, {0, 0, image.width, image.height}, look.background);
  if (look.filled)
    draw_disc(image, ball, look.foreground);
  else
    draw_ring(image, ball, look.line_width, look.foreground);
  if (font_ && !text.empty()) draw_text_beside(image, ball, ball.radius + half_line(look) + 2, text, look.foreground);
}

void BallScene::draw_text_beside(const Image& image, const Circle& ball, double reach, std::string_view text,
                                 const Pixel& color) const {
  const int height = font_->height();
  const int margin = height / 4;
  const int width = font_->width(text);
  if (width + 2 * margin > image.width) return;
  const int bottom = image.height - margin - height;
  const bool clear_of_left = ball.x - reach > margin + width;
  if (clear_of_left || ball.y - reach > margin + height)
    draw_text(image, *font_, margin, margin, text, color);
  else if (ball.y + reach < bottom)
    draw_text(image, *font_, margin, bottom, text, color);
}

}  // namespace core
