// SPDX-License-Identifier: LGPL-2.1-or-later
// What json-glib 1.6 does not look at in a text from others: it parses what is nested by calling itself, without a
// limit, and takes text behind the first value for nothing ("{} {}").
#pragma once

#include <string_view>

// Deeper than any message of ours.
inline constexpr int kMaxJsonDepth = 32;

struct JsonOutline {
  bool too_deep = false;
  bool more_behind = false;  // text behind the object or array
};

inline JsonOutline outline_json(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"')
      quoted = !quoted;
    else if (quoted && c == '\\')
      ++i;
    else if (!quoted && (c == '{' || c == '[') && ++depth > kMaxJsonDepth)
      return {true, false};
    else if (!quoted && (c == '}' || c == ']') && --depth == 0)
      return {false, text.find_first_not_of(" \t\r\n", i + 1) != std::string_view::npos};
  }
  return {};
}
