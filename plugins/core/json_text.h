// SPDX-License-Identifier: LGPL-2.1-or-later
// What json-glib 1.6 does not look at in a text from others: it parses what is nested by calling itself, without a
// limit, goes on so behind the first value ("{} [[["), and knows comments and strings in single quotes, in which
// brackets would hide from us. Only a text that is `kOne` may be given to it.
#pragma once

#include <string_view>

// Deeper than any message of ours.
inline constexpr int kMaxJsonDepth = 32;

enum class JsonOutline { kOne, kTooDeep, kMoreBehind, kNotJson };

inline JsonOutline outline_json(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"')
      quoted = !quoted;
    else if (quoted && c == '\\')
      ++i;
    else if (!quoted && (c == '/' || c == '\'' || c == '#'))
      return JsonOutline::kNotJson;
    else if (!quoted && (c == '{' || c == '[') && ++depth > kMaxJsonDepth)
      return JsonOutline::kTooDeep;
    else if (!quoted && (c == '}' || c == ']') && --depth == 0)
      return text.find_first_not_of(" \t\r\n", i + 1) == std::string_view::npos ? JsonOutline::kOne
                                                                                : JsonOutline::kMoreBehind;
  }
  return JsonOutline::kOne;
}
