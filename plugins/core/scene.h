// SPDX-License-Identifier: LGPL-2.1-or-later
// What ballsrc's camera sees: a ball on a plain background, and a line of text that never touches the ball.
#pragma once

#include <optional>
#include <string_view>

#include "core/ball.h"
#include "core/font.h"
#include "core/image.h"

namespace core {

struct SceneLook {
  double radius = 50;
  double line_width = 4;
  bool filled = false;
  Pixel foreground{};
  Pixel background{};
};

class BallScene {
 public:
  BallScene(int width, int height);

  // The ball as it will be drawn: smaller than asked for where the picture has no room to walk.
  Circle place(const BallWalk& walk, const SceneLook& look) const;
  // An empty text is left out, and so is one for which the picture is too small.
  void draw(const Image& image, const SceneLook& look, const Circle& ball, std::string_view text) const;

 private:
  void draw_text_beside(const Image& image, const Circle& ball, double reach, std::string_view text,
                        const Pixel& color) const;

  int width_;
  int height_;
  std::optional<Font> font_;
};

}  // namespace core
