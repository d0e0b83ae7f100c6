// SPDX-License-Identifier: LGPL-2.1-or-later
#include "region_text.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace cvgst {

RegionText::RegionText(const char* label, const char* more, double confidence) {
  add_words(label);
  if (*more != '\0') {
    if (length_ > 0) add_words(": ");
    add_words(more);
  }
  if (confidence >= 0 && confidence <= 1) add_number(confidence);
}

void RegionText::add_words(const char* words) {
  g_autofree char* plain = nullptr;
  if (!g_str_is_ascii(words)) {
    // A character has at most four bytes; more need not be looked at.
    g_autofree char* valid = g_utf8_make_valid(words, static_cast<gssize>(strnlen(words, 4 * kMaxWords)));
    // Of the locale "C", so that a label looks the same everywhere.
    plain = g_str_to_ascii(valid, "C");
    words = plain;
  }
  const std::size_t length = strnlen(words, kMaxWords - length_);
  std::copy_n(words, length, characters_.begin() + static_cast<std::ptrdiff_t>(length_));
  length_ += length;
}

// Not by printf, which writes "0,87" in many languages.
void RegionText::add_number(double number) {
  if (length_ > 0) characters_.at(length_++) = ' ';
  char* end = characters_.data() + characters_.size();
  const auto written = std::to_chars(characters_.data() + length_, end, number, std::chars_format::fixed, 2);
  length_ = static_cast<std::size_t>(written.ptr - characters_.data());
}

}  // namespace cvgst
