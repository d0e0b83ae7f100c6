// SPDX-License-Identifier: LGPL-2.1-or-later
#include "frame_rate.h"

#include <gst/gst.h>

#include <algorithm>
#include <cmath>

namespace {

constexpr std::size_t kMaxDigits = 9;  // so that the number is an int, as in GStreamer's fractions

bool is_digit(char c) {
  return g_ascii_isdigit(c);
}

// Takes the digits off that the text begins with: 1 to kMaxDigits. "" if it does not begin so.
std::string_view take_digits(std::string_view& text) {
  const auto size = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  if (size > kMaxDigits) return {};
  const auto digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

std::string fraction(std::string_view numerator, std::string_view denominator) {
  return std::string(numerator).append("/").append(denominator);
}

// 29.97 is a short way to write 30000/1001, and so are the other rates of television.
std::string fraction_of(double rate) {
  constexpr double kNtsc = 1001.0 / 1000.0;
  constexpr double kShortened = 0.005;
  const double whole = std::round(rate * kNtsc);
  if (whole > 0 && std::abs(whole / kNtsc - rate) < kShortened)
    return fraction(std::to_string(std::lround(whole) * 1000), "1001");
  int numerator = 0;
  int denominator = 1;
  gst_util_double_to_fraction(rate, &numerator, &denominator);
  return fraction(std::to_string(numerator), std::to_string(denominator));
}

}  // namespace

std::optional<std::string> fraction_of(std::string_view rate) {
  std::string_view rest = rate;
  const auto whole = take_digits(rest);
  if (whole.empty()) return std::nullopt;
  if (rest.empty()) return fraction(whole, "1");
  const char mark = rest.front();
  rest.remove_prefix(1);
  const auto behind = take_digits(rest);
  if (behind.empty() || !rest.empty()) return std::nullopt;
  const bool zeros = behind.find_first_not_of('0') == std::string_view::npos;
  if (mark == '/') return zeros ? std::nullopt : std::optional(fraction(whole, behind));
  if (mark != '.') return std::nullopt;
  return zeros ? fraction(whole, "1") : fraction_of(g_ascii_strtod(std::string(rate).c_str(), nullptr));
}
