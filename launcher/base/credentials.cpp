// SPDX-License-Identifier: LGPL-2.1-or-later
#include "credentials.h"

#include <regex>

std::string without_credentials(std::string_view text) {
  // A password may contain any character except a space or a quote, even "@" and "/". So all text up to the last "@"
  // may belong to it.
  static const std::regex address(R"((://)[^\s"'<>]*@)");
  static const std::regex property(
      R"(\b((?:user-id|user-pw|proxy-id|proxy-pw|password|passphrase)=)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"']+))");
  const std::string without = std::regex_replace(std::string(text), address, "$1***@");
  return std::regex_replace(without, property, "$1***");
}
