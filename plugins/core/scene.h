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

// What a picture still shows of the frame that was drawn into it before.
struct Drawn {
  int scene = 0;  // number of the scene; 0: the content is unknown
  Pixel background{};
  Rect ball;
  Rect text;
};

class BallScene {
 public:
  // `number` is this scene's own, from 1 on.
  BallScene(int width, int height, int number);

  // The ball as it will be drawn: smaller than asked for where the picture has no room to walk.
  Circle place(const BallWalk& walk, const SceneLook& look) const;
  // Draws over what the picture shows already. A text that is empty or has no room is left out.
  void draw(const Image& image, const SceneLook& look, const Circle& ball, std::string_view text, Drawn& drawn) const;

 private:
  // Where the text does not touch the ball; empty where there is no such place.
  Rect place_text(const Circle& ball, double reach, std::string_view text) const;

  int width_;
  int height_;
  int number_;
  std::optional<Font> font_;
};

}  // namespace core
