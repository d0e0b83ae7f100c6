// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/circles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <optional>

namespace core {
namespace {

constexpr int kDirections = 64;
constexpr int kSearch = 8;           // pixels on each side of the circle where its line may be
constexpr double kMinContrast = 24;  // sum of brightness changes across the line
constexpr double kMinConfidence = 0.6;
// How far an edge may be from the circle and still count: in pixels, and as a part of the radius. Letters are round
// too, but less exactly.
constexpr double kMinTolerance = 1;
constexpr double kTolerance = 0.03;

// Brightness between pixels; nothing outside the picture.
std::optional<double> sample(const cv::Mat& grey, double x, double y) {
  const double left = std::floor(x - 0.5);
  const double top = std::floor(y - 0.5);
  if (left < 0 || top < 0 || left + 1 >= grey.cols || top + 1 >= grey.rows) return {};
  const int i = static_cast<int>(left);
  const int j = static_cast<int>(top);
  const double u = x - 0.5 - left;
  const double v = y - 0.5 - top;
  const std::uint8_t* row = grey.ptr<std::uint8_t>(j);
  const std::uint8_t* next = grey.ptr<std::uint8_t>(j + 1);
  return (1 - v) * ((1 - u) * row[i] + u * row[i + 1]) + v * ((1 - u) * next[i] + u * next[i + 1]);
}

// How far from the centre the circle's line is in one direction: the middle of the brightness changes around `radius`.
std::optional<double> edge_distance(const cv::Mat& grey, const Circle& circle, double dx, double dy) {
  double weight = 0;
  double moment = 0;
  std::optional<double> before;
  const double start = std::max(1.0, circle.radius - kSearch);
  for (double r = start; r <= circle.radius + kSearch; r += 1) {
    const auto value = sample(grey, circle.x + r * dx, circle.y + r * dy);
    if (!value) return {};
    if (before) {
      const double change = (*value - *before) * (*value - *before);
      weight += change;
      moment += change * (r - 0.5);
    }
    before = value;
  }
  if (weight < kMinContrast * kMinContrast) return {};
  return moment / weight;
}

// Least squares circle through the edge points (Kasa). The points are relative to the centre of `around`.
Circle fit(const std::vector<cv::Point2d>& points, const Circle& around) {
  cv::Matx33d normal = cv::Matx33d::zeros();
  cv::Vec3d right_side = cv::Vec3d::zeros();
  for (const auto& point : points) {
    const cv::Vec3d row(point.x, point.y, 1);
    normal += row * row.t();
    right_side += row * (point.x * point.x + point.y * point.y);
  }
  const cv::Vec3d solution = normal.solve(right_side, cv::DECOMP_CHOLESKY);
  const double x = solution[0] / 2;
  const double y = solution[1] / 2;
  return {around.x + x, around.y + y, std::sqrt(std::max(0.0, solution[2] + x * x + y * y))};
}

FoundCircle refine(const cv::Mat& grey, const Circle& rough) {
  std::vector<cv::Point2d> points;
  points.reserve(kDirections);
  for (int i = 0; i < kDirections; ++i) {
    const double angle = 2 * std::numbers::pi * i / kDirections;
    const double dx = std::cos(angle);
    const double dy = std::sin(angle);
    if (const auto distance = edge_distance(grey, rough, dx, dy)) points.emplace_back(*distance * dx, *distance * dy);
  }
  if (static_cast<double>(points.size()) / kDirections < kMinConfidence) return {rough, 0};

  const Circle circle = fit(points, rough);
  const auto on_circle = std::count_if(points.begin(), points.end(), [&](const cv::Point2d& point) {
    const double distance = std::hypot(point.x + rough.x - circle.x, point.y + rough.y - circle.y);
    return std::abs(distance - circle.radius) <= std::max(kMinTolerance, circle.radius * kTolerance);
  });
  return {circle, static_cast<double>(on_circle) / kDirections};
}

}  // namespace

std::vector<FoundCircle> find_circles(const Pixels& grey, const CircleOptions& options) {
  // cv::Mat has no form for const pixels; nothing writes to this one.
  const cv::Mat picture(grey.height, grey.width, CV_8UC1, const_cast<std::uint8_t*>(grey.data),
                        static_cast<std::size_t>(grey.stride));
  const double scale = options.scale;
  cv::Mat searched = picture;
  if (scale < 1) cv::resize(picture, searched, {}, scale, scale, cv::INTER_AREA);

  std::vector<cv::Vec3f> rough;
  cv::HoughCircles(searched, rough, cv::HOUGH_GRADIENT, 1, std::max(1.0, options.min_distance * scale),
                   options.edge_threshold, options.accumulator_threshold,
                   static_cast<int>(std::lround(options.min_radius * scale)),
                   static_cast<int>(std::lround(options.max_radius * scale)));

  std::vector<FoundCircle> found;
  for (const auto& circle : rough) {
    if (static_cast<int>(found.size()) == options.max_circles) break;
    const FoundCircle refined =
        refine(picture, {(circle[0] + 0.5) / scale, (circle[1] + 0.5) / scale, circle[2] / scale});
    if (refined.confidence >= kMinConfidence) found.push_back(refined);
  }
  return found;
}

}  // namespace core
