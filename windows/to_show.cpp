// SPDX-License-Identifier: LGPL-2.1-or-later
#include "to_show.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

namespace windows {
namespace {

// Rounds to the nearest integer, of two to the even one. NaN is 0. So is what OpenCV's conversion to an int can't hold:
// on x86 it gives INT_MIN for all of that.
std::uint8_t rounded(float value) {
  constexpr float kIntegers = 8388608.0F;  // from here on a float has no fraction
  constexpr float kTooLarge = 2147483648.0F;
  float kept = value < kTooLarge ? value : 0.0F;
  kept = kept > 0.0F ? kept : 0.0F;
  kept = kept < 255.0F ? kept : 255.0F;
  return static_cast<std::uint8_t>(static_cast<int>(kept + kIntegers - kIntegers));
}

// OpenCV divides by 255, and not by 256 or 257. No quotient lies in the middle of two integers.
std::uint8_t divided(unsigned value) {
  const unsigned quotient = (value + 127U) / 255U;
  return static_cast<std::uint8_t>(quotient < 255U ? quotient : 255U);
}

std::uint8_t shown(std::int8_t value) {
  const int moved = value + 127;
  return static_cast<std::uint8_t>(moved < 0 ? -moved : moved);
}
std::uint8_t shown(std::uint16_t value) {
  return divided(value);
}
std::uint8_t shown(std::int16_t value) {
  const int moved = value + 127 * 255;
  return divided(static_cast<unsigned>(moved < 0 ? -moved : moved));
}
std::uint8_t shown(float value) {
  return rounded(value * 255.0F);
}
std::uint8_t shown(double value) {
  return rounded(static_cast<float>(value) * 255.0F);
}

#ifdef __SSE2__
// The compiler makes a loop over single values of what is one instruction here; OpenCV has the same one.
__m128 four(const float* from) {
  return _mm_loadu_ps(from);
}
__m128 four(const double* from) {
  return _mm_movelh_ps(_mm_cvtpd_ps(_mm_loadu_pd(from)), _mm_cvtpd_ps(_mm_loadu_pd(from + 2)));
}
template <typename T>
__m128i eight_shown(const T* from) {
  const __m128 scale = _mm_set1_ps(255.0F);
  return _mm_packs_epi32(_mm_cvtps_epi32(_mm_mul_ps(four(from), scale)),
                         _mm_cvtps_epi32(_mm_mul_ps(four(from + 4), scale)));
}
// These three copy past the cache, in which nobody reads it, from `i` on, and say how far they came. `to` is a multiple
// of 64: one that writes a whole line of the cache at once takes a third less time than sixteen bytes at a time.
[[gnu::target("avx512f")]] std::size_t by_64(const std::uint8_t* from, std::uint8_t* to, std::size_t i,
                                             std::size_t size) {
  for (; i + 64 <= size; i += 64) _mm512_stream_si512(reinterpret_cast<__m512i*>(to + i), _mm512_loadu_si512(from + i));
  return i;
}
[[gnu::target("avx")]] std::size_t by_32(const std::uint8_t* from, std::uint8_t* to, std::size_t i, std::size_t size) {
  for (; i + 32 <= size; i += 32)
    _mm256_stream_si256(reinterpret_cast<__m256i*>(to + i),
                        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i)));
  return i;
}
std::size_t by_16(const std::uint8_t* from, std::uint8_t* to, std::size_t i, std::size_t size) {
  for (; i + 16 <= size; i += 16)
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + i), _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
  return i;
}
void copy_whole(const std::uint8_t* from, std::uint8_t* to, std::size_t size) {
  std::size_t i = __builtin_cpu_supports("avx512f") != 0 ? by_64(from, to, 0, size) : 0;
  if (__builtin_cpu_supports("avx") != 0) i = by_32(from, to, i, size);
  i = by_16(from, to, i, size);
  std::memcpy(to + i, from + i, size - i);
  _mm_sfence();  // before it is said that it is there
}
// How many values at the beginning are done.
template <typename T>
std::size_t shown_by_sixteen(const T* from, std::uint8_t* to, std::size_t values) {
  if constexpr (!std::is_floating_point_v<T>) return 0;
  const std::size_t done = values / 16 * 16;
  if constexpr (std::is_floating_point_v<T>)
    for (std::size_t i = 0; i < done; i += 16)
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i),
                       _mm_packus_epi16(eight_shown(from + i), eight_shown(from + i + 8)));
  return done;
}
#else
void copy_whole(const std::uint8_t* from, std::uint8_t* to, std::size_t size) {
  std::memcpy(to, from, size);
}
template <typename T>
std::size_t shown_by_sixteen(const T*, std::uint8_t*, std::size_t) {
  return 0;
}
#endif

template <typename T>
void line_of_all(const T* from, std::uint8_t* to, std::size_t values) {
  for (std::size_t i = shown_by_sixteen(from, to, values); i < values; ++i) to[i] = shown(from[i]);
}
void line_of_all(const std::uint8_t* from, std::uint8_t* to, std::size_t values) {
  std::memcpy(to, from, values);
}

void line_without_alpha(const std::uint8_t* from, std::uint8_t* to, std::size_t pixels) {
  // the next pixel covers the fourth byte
  for (std::size_t x = 0; x + 1 < pixels; ++x) std::memcpy(to + x * 3, from + x * 4, 4);
  if (pixels > 0) std::memcpy(to + (pixels - 1) * 3, from + (pixels - 1) * 4, 3);
}
template <typename T>
void line_without_alpha(const T* from, std::uint8_t* to, std::size_t pixels) {
  constexpr std::size_t kPart = 256;
  std::array<std::uint8_t, kPart * 4> part{};
  for (std::size_t x = 0; x < pixels; x += kPart) {
    const std::size_t count = std::min(kPart, pixels - x);
    line_of_all(from + x * 4, part.data(), count * 4);
    line_without_alpha(part.data(), to + x * 3, count);
  }
}

template <typename T>
void lines(const RawPicture& picture, std::uint8_t* to, std::size_t stride) {
  const auto* from = static_cast<const std::uint8_t*>(picture.pixels);
  for (std::uint32_t y = 0; y < picture.height; ++y, from += picture.stride, to += stride) {
    const auto* line = reinterpret_cast<const T*>(from);
    if (picture.channels == 4)
      line_without_alpha(line, to, picture.width);
    else
      line_of_all(line, to, std::size_t{picture.width} * picture.channels);
  }
}

}  // namespace

bool can_show(int depth, int channels) {
  return depth >= 0 && depth <= static_cast<int>(Depth::f64) && depth != 4 &&
         (channels == 1 || channels == 3 || channels == 4);
}

void to_show(const RawPicture& picture, std::uint8_t* shown, std::size_t stride) {
  switch (picture.depth) {
    case Depth::u8:
      if (picture.channels != 4 && picture.stride == stride && reinterpret_cast<std::uintptr_t>(shown) % 64 == 0)
        return copy_whole(static_cast<const std::uint8_t*>(picture.pixels), shown, stride * picture.height);
      return lines<std::uint8_t>(picture, shown, stride);
    case Depth::s8:
      return lines<std::int8_t>(picture, shown, stride);
    case Depth::u16:
      return lines<std::uint16_t>(picture, shown, stride);
    case Depth::s16:
      return lines<std::int16_t>(picture, shown, stride);
    case Depth::f32:
      return lines<float>(picture, shown, stride);
    case Depth::f64:
      return lines<double>(picture, shown, stride);
  }
}

}  // namespace windows
