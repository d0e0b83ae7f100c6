// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shorten.h"

namespace {

constexpr std::string_view kGap = " … ";

// Whether a character of UTF-8 begins here, and is not only continued.
bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

}  // namespace

std::string shorten(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  const std::size_t kept = most > kGap.size() ? most - kGap.size() : 0;
  std::size_t head = kept / 2;
  std::size_t tail = text.size() - (kept - head);
  while (head > 0 && !begins_character(text[head])) --head;
  while (tail < text.size() && !begins_character(text[tail])) ++tail;
  return std::string(text.substr(0, head)).append(kGap).append(text.substr(tail));
}
