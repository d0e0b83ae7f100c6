// SPDX-License-Identifier: LGPL-2.1-or-later
// A frame's time of day and number, to be drawn or printed: "12:34:56.789 #42".
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace core {

class FrameText {
 public:
  FrameText(std::uint64_t unix_time_ns, std::uint64_t frame) {
    const auto seconds = static_cast<std::time_t>(unix_time_ns / 1'000'000'000);
    const auto milliseconds = static_cast<unsigned>(unix_time_ns / 1'000'000 % 1000);
    std::tm local{};
    localtime_r(&seconds, &local);
    std::snprintf(text_.data(), text_.size(), "%02d:%02d:%02d.%03u #%llu", local.tm_hour, local.tm_min, local.tm_sec,
                  milliseconds, static_cast<unsigned long long>(frame));
  }
  const char* c_str() const { return text_.data(); }
  std::string_view view() const { return text_.data(); }

 private:
  std::array<char, 64> text_{};
};

}  // namespace core
