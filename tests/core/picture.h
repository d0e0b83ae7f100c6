// SPDX-License-Identifier: LGPL-2.1-or-later
// An I420 or RGB picture in memory, with padded rows whose padding must stay untouched.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "core/image.h"

class Picture {
 public:
  static constexpr int kPadding = 13;
  static constexpr std::uint8_t kPaddingByte = 0xA5;

  static Picture i420(int width, int height) {
    Picture picture(width, height, 3);
    picture.add_plane(0, width, height, 1);
    picture.add_plane(1, (width + 1) / 2, (height + 1) / 2, 1);
    picture.add_plane(2, (width + 1) / 2, (height + 1) / 2, 1);
    for (const std::size_t chroma : {1, 2}) {
      picture.image.components[chroma].x_shift = 1;
      picture.image.components[chroma].y_shift = 1;
    }
    return picture;
  }
  static Picture rgb(int width, int height) {
    Picture picture(width, height, 3);
    picture.add_plane(0, width, height, 3);
    for (std::size_t i = 1; i < 3; ++i) {
      picture.image.components[i] = picture.image.components[0];
      picture.image.components[i].data += i;
    }
    picture.image.brightness = 1;
    return picture;
  }

  std::uint8_t at(int component, int x, int y) const {
    const auto& c = image.components.at(static_cast<std::size_t>(component));
    return c.row(y)[x * c.step];
  }
  void expect_padding_untouched() const {
    for (const auto& plane : planes_) {
      for (int y = 0; y < plane.rows; ++y) {
        for (int x = plane.used; x < plane.used + kPadding; ++x)
          ASSERT_EQ(plane.bytes[static_cast<std::size_t>(y * (plane.used + kPadding) + x)], kPaddingByte);
      }
    }
  }

  core::Image image;

 private:
  struct Plane {
    int used;
    int rows;
    std::vector<std::uint8_t> bytes;
  };

  Picture(int width, int height, int count) {
    image.width = width;
    image.height = height;
    image.count = count;
    planes_.reserve(3);
  }
  void add_plane(std::size_t component, int width, int height, int step) {
    const int used = width * step;
    auto& plane = planes_.emplace_back(Plane{
        used, height, std::vector<std::uint8_t>(static_cast<std::size_t>((used + kPadding) * height), kPaddingByte)});
    for (int y = 0; y < height; ++y) std::fill_n(plane.bytes.begin() + y * (used + kPadding), used, std::uint8_t{16});
    image.components.at(component) = {plane.bytes.data(), used + kPadding, step, 0, 0};
  }

  std::vector<Plane> planes_;
};
