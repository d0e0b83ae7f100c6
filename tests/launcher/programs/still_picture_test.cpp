// SPDX-License-Identifier: LGPL-2.1-or-later
#include "programs/still_picture.h"

#include <gtest/gtest.h>
#include <png.h>

#include <optional>
#include <utility>

namespace {

struct Decoded {
  unsigned width, height, format;
  std::vector<std::uint8_t> pixels;  // blue, green, red, or grey
};

Decoded decode(GBytes* png) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  gsize size = 0;
  const void* data = g_bytes_get_data(png, &size);
  EXPECT_NE(png_image_begin_read_from_memory(&image, data, size), 0) << image.message;
  const bool grey = (image.format & PNG_FORMAT_FLAG_COLOR) == 0;
  image.format = grey ? PNG_FORMAT_GRAY : PNG_FORMAT_BGR;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  EXPECT_NE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr), 0) << image.message;
  return {image.width, image.height, image.format, std::move(pixels)};
}

class StillPictureTest : public testing::Test {
 protected:
  static constexpr unsigned kWidth = 5;
  static constexpr unsigned kHeight = 2;

  void show(unsigned channels, std::uint8_t first, std::uint8_t between = 0) {
    picture_.width = kWidth, picture_.height = kHeight, picture_.channels = channels;
    picture_.stride = static_cast<std::uint32_t>(windows::stride_of(kWidth, channels));
    lines_.assign(std::size_t{picture_.stride} * kHeight, between);
    for (unsigned y = 0; y < kHeight; ++y)
      for (unsigned x = 0; x < kWidth * channels; ++x)
        lines_[std::size_t{y} * picture_.stride + x] = static_cast<std::uint8_t>(first + 20 * y + x);
    picture_.pixels = lines_.data();
    still_->renewed();
  }
  static void await(const std::function<bool()>& condition) {
    while (!condition()) g_main_context_iteration(nullptr, TRUE);
  }
  void settle() {
    await([this] { return !still_->name().empty(); });
  }
  // Null: none came, after all.
  std::optional<Decoded> fetch(const std::string& name) {
    std::optional<std::optional<Decoded>> reply;
    still_->fetch(name, [&reply](GBytes* png) { reply.emplace(png ? std::optional(decode(png)) : std::nullopt); });
    await([&reply] { return reply.has_value(); });
    return *reply;
  }

  windows::Picture picture_{};
  std::vector<std::uint8_t> lines_;
  int changes_ = 0;
  std::unique_ptr<StillPicture> still_ =
      std::make_unique<StillPicture>([this] { return picture_.pixels ? &picture_ : nullptr; }, [this] { ++changes_; });
};

TEST_F(StillPictureTest, OneThatNoneFollowsIsTheVeryPixels) {
  for (const unsigned channels : {3U, 1U}) {
    show(channels, 100);
    EXPECT_EQ(still_->name(), "");
    settle();
    const auto decoded = fetch(still_->name());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->width, kWidth);
    EXPECT_EQ(decoded->height, kHeight);
    EXPECT_EQ(decoded->format, channels == 3 ? PNG_FORMAT_BGR : PNG_FORMAT_GRAY);
    for (unsigned y = 0; y < kHeight; ++y)
      for (unsigned x = 0; x < kWidth * channels; ++x)
        EXPECT_EQ(decoded->pixels[std::size_t{y} * kWidth * channels + x], 100 + 20 * y + x);
  }
}

// What lies between the lines is whatever lay there before.
TEST_F(StillPictureTest, TheSameOneAgainAndAgainStandsStill) {
  std::uint8_t between = 0;
  await([&] {
    show(3, 100, ++between);
    return !still_->name().empty();
  });
  const std::string name = still_->name();
  show(3, 100, 7);
  EXPECT_EQ(still_->name(), name);
  EXPECT_EQ(changes_, 1);
}

TEST_F(StillPictureTest, OneThatMovesIsHadNoMore) {
  show(3, 100);
  settle();
  const std::string before = still_->name();
  show(3, 101);
  EXPECT_EQ(still_->name(), "");
  EXPECT_EQ(changes_, 2);
  EXPECT_FALSE(fetch(before));
  EXPECT_FALSE(fetch(""));
  settle();
  EXPECT_NE(still_->name(), before);
  EXPECT_FALSE(fetch(before));
  EXPECT_EQ(fetch(still_->name())->pixels[0], 101);
}

TEST_F(StillPictureTest, AnotherSizeOfTheSameBytesIsAnotherPicture) {
  show(3, 100);
  settle();
  picture_.width = kWidth - 1;
  still_->renewed();
  EXPECT_EQ(still_->name(), "");
}

TEST_F(StillPictureTest, AllWhoAskHaveTheSameFile) {
  show(3, 100);
  settle();
  std::vector<GBytes*> had;
  const auto keep = [&had](GBytes* png) { had.push_back(png); };
  still_->fetch(still_->name(), keep);
  still_->fetch(still_->name(), keep);
  await([&had] { return had.size() == 2; });
  still_->fetch(still_->name(), keep);
  ASSERT_EQ(had.size(), 3U);
  EXPECT_NE(had[0], nullptr);
  EXPECT_EQ(had[1], had[0]);
  EXPECT_EQ(had[2], had[0]);
}

TEST_F(StillPictureTest, WhoWaitsForOneThatMovesIsToldSoAndTheNextOneIsHad) {
  show(3, 100);
  settle();
  int told = 0;
  still_->fetch(still_->name(), [&told](GBytes* png) { told = png ? 1 : 2; });
  show(3, 101);
  EXPECT_EQ(told, 2);
  settle();
  EXPECT_EQ(fetch(still_->name())->pixels[0], 101);
}

TEST_F(StillPictureTest, OneThatEndsWhileItsFileIsMadeSaysSo) {
  show(3, 100);
  settle();
  int told = 0;
  still_->fetch(still_->name(), [&told](GBytes* png) { told = png ? 1 : 2; });
  still_.reset();
  EXPECT_EQ(told, 2);
  for (int i = 0; i < 100; ++i) g_main_context_iteration(nullptr, FALSE);
}

TEST_F(StillPictureTest, WithoutAPictureThereIsNone) {
  still_->renewed();
  bool settled = false;
  g_timeout_add(
      400,
      [](gpointer data) -> gboolean {
        *static_cast<bool*>(data) = true;
        return G_SOURCE_REMOVE;
      },
      &settled);
  await([&settled] { return settled; });
  EXPECT_EQ(still_->name(), "");
}

}  // namespace
