// SPDX-License-Identifier: LGPL-2.1-or-later
// Circles in a grey picture: cv::HoughCircles, then each one refined to a part of a pixel.
#pragma once

#include <vector>

#include "core/detection.h"

namespace core {

struct CircleOptions {
  double scale = 1;  // look for circles on a picture of this part of the size
  double min_radius = 20;
  double max_radius = 120;
  double min_distance = 50;  // between two centres
  double edge_threshold = 100;
  double accumulator_threshold = 30;
  int max_circles = 10;
};

struct FoundCircle {
  Circle circle;
  double confidence = 0;  // part of the circumference that has an edge on the circle
};

std::vector<FoundCircle> find_circles(const Pixels& grey, const CircleOptions& options);

}  // namespace core
