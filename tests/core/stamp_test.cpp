// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/stamp.h"

#include <gtest/gtest.h>

#include <random>
#include <string_view>

#include "picture.h"
#include "vectors.h"

namespace {

constexpr core::Pixel kDark{16, 128, 128, 255};
constexpr core::Pixel kLight{235, 128, 128, 255};

}  // namespace

TEST(Stamp, crc_has_the_check_value_of_its_standard) {
  constexpr std::string_view kText = "123456789";
  EXPECT_EQ(core::crc16_ccitt_false({reinterpret_cast<const std::uint8_t*>(kText.data()), kText.size()}), 0x29B1);
}

TEST(Stamp, layout_and_pixels_are_those_of_every_vector) {
  const auto vectors = read_vectors("stamp_vectors.json");
  ASSERT_GE(vectors.size(), 10U);
  for (const auto& vector : vectors) {
    const int width = static_cast<int>(number(vector, "width"));
    int height = static_cast<int>(number(vector, "height"));
    const int forced = static_cast<int>(number(vector, "forced_cell"));
    if (vector.at("position") == "below") height = core::stamped_height(height);
    EXPECT_EQ(height, number(vector, "stamped_height"));
    const int top = core::stamp_top(height);
    EXPECT_EQ(top, number(vector, "top"));
    const int cell = forced != 0 ? forced : core::stamp_cell_size(width);
    EXPECT_EQ(cell, number(vector, "cell"));

    const auto picture = Picture::i420(width, height);
    const auto id = static_cast<std::uint32_t>(number(vector, "id"));
    core::write_stamp(picture.image, top, cell, id, kDark, kLight);
    picture.expect_padding_untouched();
    const std::string& cells = vector.at("cells");
    const int columns = width / cell;
    for (int y = top; y < top + core::kStampRows; ++y) {
      for (int x = 0; x < width; ++x) {
        const int index = (y - top) / cell * columns + x / cell;
        const bool light =
            x / cell < columns && index < core::kStampCells && cells.at(static_cast<std::size_t>(index)) == '1';
        ASSERT_EQ(picture.at(0, x, y), light ? 235 : 16) << x << "," << y << " of width " << width;
      }
    }
    const auto reading = core::read_stamp(picture.image, top, cell);
    EXPECT_TRUE(reading.valid);
    EXPECT_EQ(reading.id, id);
    EXPECT_EQ(reading.margin, 1);
  }
}

TEST(Stamp, is_read_back_from_rgb) {
  const auto picture = Picture::rgb(640, 384);
  core::write_stamp(picture.image, 368, 8, 0xCAFEBABE, {0, 0, 0, 255}, {255, 255, 255, 255});
  const auto reading = core::read_stamp(picture.image, 368, 8);
  EXPECT_TRUE(reading.valid);
  EXPECT_EQ(reading.id, 0xCAFEBABE);
}

TEST(Stamp, flat_picture_has_none) {
  const auto reading = core::read_stamp(Picture::i420(640, 384).image, 368, 8);
  EXPECT_FALSE(reading.valid);
  EXPECT_EQ(reading.margin, 0);
}

TEST(Stamp, one_wrong_cell_is_rejected_wherever_it_is) {
  for (int wrong = 4; wrong < core::kStampCells; ++wrong) {
    const auto picture = Picture::i420(640, 384);
    core::write_stamp(picture.image, 368, 8, 0x01234567, kDark, kLight);
    for (int y = 368; y < 376; ++y) {
      for (int x = wrong * 8; x < wrong * 8 + 8; ++x) {
        auto& pixel = picture.image.components[0].row(y)[x];
        pixel = static_cast<std::uint8_t>(251 - pixel);
      }
    }
    EXPECT_FALSE(core::read_stamp(picture.image, 368, 8).valid) << wrong;
  }
}

TEST(Stamp, survives_noise_and_a_changed_range) {
  std::mt19937 random(1);
  std::normal_distribution<double> noise(0, 30);
  for (std::uint32_t id = 0; id < 200; ++id) {
    const auto picture = Picture::i420(640, 384);
    core::write_stamp(picture.image, 368, 8, id * 3000, {40, 128, 128}, {180, 128, 128});
    for (int y = 368; y < 384; ++y) {
      for (int x = 0; x < 640; ++x) {
        auto& pixel = picture.image.components[0].row(y)[x];
        pixel = static_cast<std::uint8_t>(std::clamp(pixel + noise(random), 0.0, 255.0));
      }
    }
    const auto reading = core::read_stamp(picture.image, 368, 8);
    EXPECT_TRUE(reading.valid);
    EXPECT_EQ(reading.id, id * 3000);
  }
}

TEST(Stamp, narrow_pictures_have_no_cell_size) {
  EXPECT_EQ(core::stamp_cell_size(51), 0);
  EXPECT_EQ(core::stamp_cell_size(52), 4);
  EXPECT_FALSE(core::stamp_fits(207, 8));
  EXPECT_LT(core::stamp_top(15), 0);
}
