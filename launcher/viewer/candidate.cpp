// SPDX-License-Identifier: LGPL-2.1-or-later
#include "candidate.h"

#include <gio/gio.h>

#include <regex>

std::optional<ParsedCandidate> parse_candidate(const std::string& text) {
  static const std::regex pattern(
      R"(candidate:[A-Za-z0-9+/]{1,32} \d{1,3} ([A-Za-z0-9]{1,8}) \d{1,10} ([A-Za-z0-9:.%-]{1,255}) (\d{1,5}) typ [a-z]{1,10}( [!-~]+)*)");
  std::smatch match;
  if (!std::regex_match(text, match, pattern) || std::stoi(match[3]) > 65535) return std::nullopt;
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(match[2].str().c_str());
  return ParsedCandidate{address && g_ascii_strcasecmp(match[1].str().c_str(), "udp") == 0};
}
