// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/draw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "picture.h"

namespace {

constexpr core::Pixel kColor{200, 50, 220, 255};

double light_in(const Picture& picture) {
  double sum = 0;
  for (int y = 0; y < picture.image.height; ++y) {
    for (int x = 0; x < picture.image.width; ++x) sum += picture.at(0, x, y) - 16;
  }
  return sum / (200 - 16);
}

}  // namespace

TEST(Draw, ring_covers_its_area) {
  for (const double x : {100.0, 100.3, 111.9}) {
    const auto picture = Picture::i420(321, 243);
    core::draw_ring(picture.image, {x, 120.6, 50}, 4, kColor);
    EXPECT_NEAR(light_in(picture), 2 * M_PI * 50 * 4, 10);
    EXPECT_EQ(picture.at(0, static_cast<int>(x), 120), 16) << "inside of the ring";
    picture.expect_padding_untouched();
  }
}

TEST(Draw, disc_covers_its_area) {
  const auto picture = Picture::i420(321, 243);
  core::draw_disc(picture.image, {150, 120, 60}, kColor);
  EXPECT_NEAR(light_in(picture), M_PI * 60 * 60, 20);
  EXPECT_EQ(picture.at(0, 150, 120), 200);
  EXPECT_EQ(picture.at(1, 75, 60), 50);
}

TEST(Draw, box_is_a_line_inside_its_rectangle) {
  const auto picture = Picture::i420(200, 100);
  core::draw_box(picture.image, 20, 10, 101, 51, 2, kColor);
  EXPECT_EQ(picture.at(0, 20, 10), 200);
  EXPECT_EQ(picture.at(0, 120, 60), 200);
  EXPECT_EQ(picture.at(0, 19, 10), 16);
  EXPECT_EQ(picture.at(0, 121, 60), 16);
  EXPECT_EQ(picture.at(0, 60, 30), 16);
  EXPECT_NEAR(light_in(picture), 2 * (101 + 51) * 2 - 16, 1);
}

TEST(Draw, subsampled_chroma_follows_its_siting) {
  // A line of one pixel on an odd column: between two centred samples it belongs to one, cosited to both neighbours.
  auto centred = Picture::i420(64, 64);
  core::draw_box(centred.image, 21, -10, 1, 100, 1, kColor);
  EXPECT_NEAR(centred.at(1, 10, 16), 33, 1);
  EXPECT_EQ(centred.at(1, 11, 16), 16);
  auto cosited = Picture::i420(64, 64);
  cosited.image.x_cosited = true;
  core::draw_box(cosited.image, 21, -10, 1, 100, 1, kColor);
  EXPECT_NEAR(cosited.at(1, 10, 16), 24.5, 1);
  EXPECT_EQ(cosited.at(1, 10, 16), cosited.at(1, 11, 16));
}

TEST(Draw, shapes_are_clipped_at_every_border) {
  const auto picture = Picture::rgb(65, 67);
  const core::Font font(0.5);
  for (const double x : {-40.0, 0.0, 32.0, 65.0, 100.0}) {
    for (const double y : {-40.0, 0.0, 32.0, 67.0, 100.0}) {
      core::draw_ring(picture.image, {x, y, 30}, 5, kColor);
      core::draw_disc(picture.image, {x, y, 30}, kColor);
      core::draw_box(picture.image, x, y, 80, 90, 3, kColor);
      core::draw_text(picture.image, font, static_cast<int>(x), static_cast<int>(y), "Text", kColor);
      core::fill(picture.image, {static_cast<int>(x), static_cast<int>(y), 50, 50}, kColor);
    }
  }
  picture.expect_padding_untouched();
}

TEST(Draw, absurd_values_draw_nothing_and_crash_nothing) {
  const auto picture = Picture::i420(64, 64);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  core::draw_ring(picture.image, {nan, 10, 5}, 4, kColor);
  core::draw_ring(picture.image, {1e300, 1e300, 5}, 4, kColor);
  core::draw_ring(picture.image, {10, 10, -100}, 4, kColor);
  core::draw_box(picture.image, nan, nan, nan, nan, 4, kColor);
  core::draw_disc(picture.image, {10, 10, 0}, kColor);
  EXPECT_EQ(light_in(picture), 0);
}

TEST(Draw, text_is_as_wide_as_the_font_says) {
  const auto picture = Picture::i420(300, 60);
  const core::Font font(0.6);
  core::draw_text(picture.image, font, 10, 10, "12:34 \xFF", kColor);
  EXPECT_GT(light_in(picture), 50);
  const int end = 10 + font.width("12:34 \xFF");
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 300; ++x) {
      const bool inside = x >= 10 && x < end && y >= 10 && y < 10 + font.height();
      ASSERT_TRUE(inside || picture.at(0, x, y) == 16) << x << "," << y;
    }
  }
}
