// SPDX-License-Identifier: LGPL-2.1-or-later
// What happens again and again is worth one line: it is said once, and again when it has not happened for a while.
// Pure.
#pragma once

#include <chrono>
#include <map>
#include <string>

class SaidLately {
 public:
  static constexpr std::chrono::minutes kWhile{1};
  static constexpr std::size_t kMost = 64;

  // It happens. True if it is to be said.
  bool is_news(const std::string& text, std::chrono::microseconds now) {
    std::erase_if(happened_, [now](const auto& one) { return now - one.second > kWhile; });
    const auto [at, is_new] = happened_.try_emplace(text, now);
    at->second = now;
    // texts that are all different, perhaps for a number in them, are all said, and not kept for ever
    if (happened_.size() > kMost) happened_.clear();
    return is_new;
  }

 private:
  std::map<std::string, std::chrono::microseconds> happened_;  // when last
};
