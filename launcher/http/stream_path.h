// SPDX-License-Identifier: LGPL-2.1-or-later
// Streams have names, and each is below its own: /door/ is its page, /door/ws where its viewers connect. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

// As it is part of addresses, labels and options: letters and digits of ASCII, "_" and "-" behind the first, 64 at
// most, and none that the server has another use for.
bool is_stream_name(std::string_view name);
// For messages: what a name has to be.
inline constexpr const char* kStreamNameRule =
    "a stream's name has up to 64 letters, digits, \"_\" and \"-\", begins with a letter or digit, and is none of ws, "
    "streams, healthz, metrics";

// A path, taken apart: of "/door/page.js" the stream is "door" and the rest "/page.js"; of "/page.js" the stream is "";
// of "/door" the rest is "". A path in which no stream's name stands first is all rest.
struct StreamPath {
  std::string stream;
  std::string rest;
};
StreamPath split_path(std::string_view path);

// Of a list like "door,yard": each once, and of what can be a name the first 64.
std::vector<std::string> stream_names(std::string_view list);

// For messages: there is no such stream, but these (as far as may be told). `name` is "" where one was to be named.
std::string no_stream(const std::string& name, const std::vector<std::string>& others);
