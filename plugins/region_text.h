// SPDX-License-Identifier: LGPL-2.1-or-later
// What is written at a region: "person: Ada 0.87", in the characters that core::Font has.
#pragma once

#include <array>
#include <string_view>

namespace cvgst {

class RegionText {
 public:
  // "" for what is not to be written; a confidence that is not from 0 to 1 is not written either. Words that are too
  // long lose their end, and other letters than ASCII's their marks.
  RegionText(const char* label, const char* more, double confidence);
  std::string_view view() const { return {characters_.data(), length_}; }

 private:
  static constexpr std::size_t kMaxWords = 64;
  static constexpr std::size_t kMaxNumber = 8;

  void add_words(const char* words);
  void add_number(double number);

  std::array<char, kMaxWords + kMaxNumber> characters_{};
  std::size_t length_ = 0;
};

}  // namespace cvgst
