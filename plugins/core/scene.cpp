// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/scene.h"

#include <algorithm>
#include <cmath>

#include "core/draw.h"

namespace core {
namespace {

double half_line(const SceneLook& look) {
  return look.filled ? 0 : look.line_width / 2;
}

}  // namespace

BallScene::BallScene(int width, int height, int number) : width_(width), height_(height), number_(number) {
  constexpr double kSmallestReadable = 0.25;
  const double scale = std::min(width, height) / 720.0;
  if (scale >= kSmallestReadable) font_.emplace(scale);
}

Circle BallScene::place(const BallWalk& walk, const SceneLook& look) const {
  const double room = std::min(width_, height_) / 3.0;
  const double radius = std::min(look.radius, room);
  return walk.place(width_, height_, radius, std::min(radius + half_line(look) + 1, std::min(width_, height_) / 2.0));
}

void BallScene::draw(const Image& image, const SceneLook& look, const Circle& ball, std::string_view text,
                     Drawn& drawn) const {
  if (drawn.scene == number_ && drawn.background == look.background) {
    fill(image, drawn.ball, look.background);
    fill(image, drawn.text, look.background);
  } else {
    fill(image, {0, 0, image.width, image.height}, look.background);
  }
  if (look.filled)
    draw_disc(image, ball, look.foreground);
  else
    draw_ring(image, ball, look.line_width, look.foreground);
  const double reach = ball.radius + half_line(look) + 2;
  const Rect text_area = place_text(ball, reach, text);
  if (!text_area.empty()) draw_text(image, *font_, text_area.x, text_area.y, text, look.foreground);

  const int x = static_cast<int>(std::floor(ball.x - reach));
  const int y = static_cast<int>(std::floor(ball.y - reach));
  const int side = static_cast<int>(std::ceil(2 * reach)) + 1;
  drawn = {number_, look.background, {x, y, side, side}, text_area};
}

Rect BallScene::place_text(const Circle& ball, double reach, std::string_view text) const {
  if (!font_ || text.empty()) return {};
  const int height = font_->height();
  const int margin = height / 4;
  const int width = font_->width(text);
  if (width + 2 * margin > width_) return {};
  const int bottom = height_ - margin - height;
  const bool clear_of_left = ball.x - reach > margin + width;
  if (clear_of_left || ball.y - reach > margin + height) return {margin, margin, width, height};
  if (ball.y + reach < bottom) return {margin, bottom, width, height};
  return {};
}

}  // namespace core
