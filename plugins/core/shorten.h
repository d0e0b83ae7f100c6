// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps texts of others (a camera's address, what a model printed) to a length that people read. Pure.
#pragma once

#include <string>
#include <string_view>

inline constexpr std::size_t kShownText = 2000;

// The text. Where it has more than `most` bytes, its middle is left out: what it begins with and what it ends with says
// most. Cuts between characters of UTF-8.
std::string shorten(std::string_view text, std::size_t most = kShownText);
