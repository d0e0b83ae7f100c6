// SPDX-License-Identifier: LGPL-2.1-or-later
// What a picture of any depth looks like with 8 bits a channel, as OpenCV's imshow shows it. Pure; without OpenCV.
#pragma once

#include <cstddef>
#include <cstdint>

namespace windows {

// With OpenCV's numbers (CV_8U and so on).
enum class Depth { u8 = 0, s8 = 1, u16 = 2, s16 = 3, f32 = 5, f64 = 6 };

struct RawPicture {
  const void* pixels = nullptr;
  std::uint32_t width = 0, height = 0;
  std::size_t stride = 0;  // bytes of a line
  Depth depth = Depth::u8;
  std::uint32_t channels = 0;  // 1, 3 or 4; the fourth is not shown
};

// Whether imshow takes such pixels, with OpenCV's number of the depth.
bool can_show(int depth, int channels);
inline std::uint32_t shown_channels(const RawPicture& picture) {
  return picture.channels == 1 ? 1 : 3;
}
// Writes the lines to `shown`, each `stride` bytes behind the one before; what is behind a line's pixels is left as it
// is.
void to_show(const RawPicture& picture, std::uint8_t* shown, std::size_t stride);

}  // namespace windows
