// SPDX-License-Identifier: LGPL-2.1-or-later
#include "whip_sdp.h"

#include <string_view>

namespace {

std::string lines_of(const Gathered& gathered) {
  std::string lines;
  for (const auto& candidate : gathered.candidates) lines += "a=" + candidate + "\r\n";
  if (gathered.complete) lines += "a=end-of-candidates\r\n";
  return lines;
}

// The first line that begins so, with its end; "" if there is none.
std::string line_of(std::string_view text, std::string_view begin) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    const auto line = text.substr(at, end == std::string_view::npos ? end : end + 1 - at);
    if (line.starts_with(begin)) return std::string(line);
    at += line.size();
  }
  return "";
}

}  // namespace

std::string with_candidates(const std::string& offer, const Gathered& gathered) {
  const auto first = offer.find("\nm=");
  const auto second = first == std::string::npos ? first : offer.find("\nm=", first + 1);
  std::string text = offer;
  return text.insert(second == std::string::npos ? text.size() : second + 1, lines_of(gathered));
}

std::string trickle_fragment(const std::string& offer, const Gathered& gathered) {
  std::string fragment;
  for (const char* line : {"a=ice-ufrag:", "a=ice-pwd:", "m=", "a=mid:"}) fragment += line_of(offer, line);
  return fragment + lines_of(gathered);
}
