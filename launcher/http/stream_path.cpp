// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_path.h"

#include <glib.h>

#include <algorithm>
#include <array>

#include "base/listed.h"

namespace {

constexpr std::size_t kLongest = 64;
constexpr std::size_t kMostNames = 64;
constexpr auto kTaken = std::to_array<std::string_view>({"ws", "streams", "healthz", "metrics"});

}  // namespace

bool is_stream_name(std::string_view name) {
  const auto fits = [](char c) { return g_ascii_isalnum(c) || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= kLongest && g_ascii_isalnum(name.front()) && std::ranges::all_of(name, fits) &&
         std::ranges::find(kTaken, name) == kTaken.end();
}

StreamPath split_path(std::string_view path) {
  const std::string_view below = path.substr(path.starts_with('/') ? 1 : 0);
  const std::string_view first = below.substr(0, below.find('/'));
  if (!is_stream_name(first)) return {"", std::string(path)};
  return {std::string(first), std::string(below.substr(first.size()))};
}

std::vector<std::string> stream_names(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty() && names.size() < kMostNames) {
    const std::string_view name = list.substr(0, list.find(','));
    if (is_stream_name(name) && std::ranges::find(names, name) == names.end()) names.emplace_back(name);
    list.remove_prefix(std::min(list.size(), name.size() + 1));
  }
  return names;
}

std::string no_stream(const std::string& name, const std::vector<std::string>& others) {
  const std::string names = listed(others);
  if (name.empty())
    return names.empty() ? "there is no stream"
                         : "there are several streams: add the name of one to the address: " + names;
  return "there is no stream \"" + name + "\"" + (names.empty() ? "" : "; there is: " + names);
}
