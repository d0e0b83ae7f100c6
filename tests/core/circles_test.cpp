// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/circles.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/draw.h"
#include "picture.h"

namespace {

core::Pixels luma_of(const Picture& picture) {
  const auto& luma = picture.image.components[0];
  return {luma.data, picture.image.width, picture.image.height, luma.stride, 1};
}

}  // namespace

TEST(FindCircles, finds_a_ring_to_a_part_of_a_pixel) {
  for (int i = 0; i < 50; ++i) {
    const core::Circle ball{120 + i * 7.31, 100 + i * 1.77, 50};
    const auto picture = Picture::i420(640, 360);
    core::draw_ring(picture.image, ball, 4, {235, 128, 128});
    const auto found = core::find_circles(luma_of(picture), {});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_LT(std::hypot(found[0].circle.x - ball.x, found[0].circle.y - ball.y), 0.5);
    EXPECT_NEAR(found[0].circle.radius, 50, 0.5);
    EXPECT_GT(found[0].confidence, 0.9);
  }
}

TEST(FindCircles, finds_a_disc) {
  const auto picture = Picture::i420(640, 360);
  core::draw_disc(picture.image, {200.5, 150.25, 40}, {235, 128, 128});
  const auto found = core::find_circles(luma_of(picture), {});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].circle.radius, 40, 0.5);
}

TEST(FindCircles, finds_the_same_circle_on_a_smaller_picture) {
  const auto picture = Picture::i420(640, 360);
  core::draw_ring(picture.image, {311.3, 123.4, 50}, 4, {235, 128, 128});
  core::CircleOptions options;
  options.scale = 0.5;
  const auto found = core::find_circles(luma_of(picture), options);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].circle.x, 311.3, 0.5);
  EXPECT_NEAR(found[0].circle.y, 123.4, 0.5);
}

TEST(FindCircles, finds_several_and_at_most_as_many_as_asked_for) {
  const auto picture = Picture::i420(640, 360);
  for (const double x : {100, 300, 500}) core::draw_ring(picture.image, {x, 180, 50}, 4, {235, 128, 128});
  EXPECT_EQ(core::find_circles(luma_of(picture), {}).size(), 3U);
  core::CircleOptions options;
  options.max_circles = 2;
  EXPECT_EQ(core::find_circles(luma_of(picture), options).size(), 2U);
}

TEST(FindCircles, finds_none_in_a_flat_picture_or_one_of_the_wrong_size) {
  const auto picture = Picture::i420(640, 360);
  EXPECT_TRUE(core::find_circles(luma_of(picture), {}).empty());
  core::draw_ring(picture.image, {320, 180, 50}, 4, {235, 128, 128});
  core::CircleOptions options;
  options.max_radius = 40;
  EXPECT_TRUE(core::find_circles(luma_of(picture), options).empty());
}
