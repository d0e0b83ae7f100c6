// SPDX-License-Identifier: LGPL-2.1-or-later
// What detectors are given and what they give back.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/image.h"

namespace core {

// Interleaved pixels: one channel (grey), or three (blue, green, red).
struct Pixels {
  const std::uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  int stride = 0;
  int channels = 1;
};

struct Detection {
  std::string type;  // what it is: "circle", "person", …
  double x = 0;      // bounding box, in pixels
  double y = 0;
  double width = 0;
  double height = 0;
  double confidence = 1;                               // 0 to 1
  std::vector<std::pair<std::string, double>> fields;  // more, by name
};

inline Detection circle_detection(std::string type, const Circle& circle, double confidence) {
  const double side = 2 * circle.radius;
  return {std::move(type),
          circle.x - circle.radius,
          circle.y - circle.radius,
          side,
          side,
          confidence,
          {{"center-x", circle.x}, {"center-y", circle.y}, {"radius", circle.radius}}};
}

}  // namespace core
