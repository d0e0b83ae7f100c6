// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream.h"

#include <numeric>

namespace {

std::string name(const Picture& picture) {
  return std::to_string(picture.width) + "x" + std::to_string(picture.height - picture.rows) +
         (picture.rows == 0 ? " without a stamp" : " with a stamp");
}

// Sizes are whole numbers: each side may be off by a pixel.
bool same_shape(const Picture& a, const Picture& b) {
  const auto cross = [](const Picture& of_width, const Picture& of_height) {
    return std::int64_t{of_width.width} * (of_height.height - of_height.rows);
  };
  const std::int64_t sides = a.width + a.height + b.width + b.height;
  return std::abs(cross(a, b) - cross(b, a)) <= sides;
}

}  // namespace

std::string Stream::trouble() const {
  const auto& top = rungs_.front()->picture();
  for (const auto& rung : rungs_) {
    const auto& picture = rung->picture();
    if (!top || !picture || (same_shape(*top, *picture) && (top->rows == 0) == (picture->rows == 0))) continue;
    return place_ + ": the encodings that are joined here must show the same picture, but one is " + name(*top) +
           " and one " + name(*picture);
  }
  return "";
}

std::uint64_t Stream::frames() {
  const auto sum = [this](std::uint64_t (FanOut::*count)() const) {
    return std::accumulate(rungs_.begin(), rungs_.end(), std::uint64_t{0},
                           [count](std::uint64_t sum, const auto& rung) { return sum + (*rung->fan_out().*count)(); });
  };
  const std::uint64_t encoded = sum(&FanOut::frames);
  const std::uint64_t left_out = sum(&FanOut::left_out);
  const bool awake = std::ranges::any_of(rungs_, [](const auto& rung) { return !rung->fan_out()->asleep(); });
  frames_ += awake ? encoded - encoded_ : left_out - left_out_;
  encoded_ = encoded;
  left_out_ = left_out;
  return frames_;
}
