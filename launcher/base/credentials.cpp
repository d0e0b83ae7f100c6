// SPDX-License-Identifier: LGPL-2.1-or-later
// By hand: std::regex calls itself for each character, and a long text would end the process.
#include "credentials.h"

#include <glib.h>

#include <algorithm>
#include <array>

namespace {

constexpr std::string_view kSpaces = " \t\n\v\f\r";
constexpr std::array<std::string_view, 6> kProperties{
    "user-id=", "user-pw=", "proxy-id=", "proxy-pw=", "password=", "passphrase="};

// The first part of a text, up to one of these characters.
std::string_view until(std::string_view text, const std::string& ends) {
  return text.substr(0, text.find_first_of(ends));
}

// A password may have any character but a space or a quote, "@" and "/" too: up to the last "@" it may be one.
std::string without_users(std::string_view text) {
  static const std::string kEnds = std::string(kSpaces) + "\"'<>";
  constexpr std::string_view kMark = "://";
  std::string out;
  for (auto mark = text.find(kMark); mark != std::string_view::npos; mark = text.find(kMark)) {
    out.append(text.substr(0, mark + kMark.size()));
    text.remove_prefix(mark + kMark.size());
    const auto address = until(text, kEnds);
    const auto at = address.rfind('@');
    out.append(at == std::string_view::npos ? address : "***@");
    text.remove_prefix(at == std::string_view::npos ? address.size() : at + 1);
  }
  return out.append(text);
}

// How many bytes of the text are the value of a property that it begins with; 0: none.
std::size_t value_size(std::string_view text) {
  static const std::string kEnds = std::string(kSpaces) + "\"'";
  if (text.empty() || (text[0] != '"' && text[0] != '\'')) return until(text, kEnds).size();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == text[0]) return i + 1;
    if (text[i] == '\\') ++i;
  }
  return 0;
}

std::string without_values(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const bool in_word = i > 0 && (g_ascii_isalnum(text[i - 1]) || text[i - 1] == '_');
    const auto rest = text.substr(i);
    const auto* property = std::find_if(kProperties.begin(), kProperties.end(),
                                        [rest](std::string_view name) { return rest.starts_with(name); });
    const bool found = !in_word && property != kProperties.end();
    const std::size_t size = found ? value_size(rest.substr(property->size())) : 0;
    if (size > 0)
      out.append(*property).append("***");
    else
      out += text[i];
    i += size > 0 ? property->size() + size : 1;
  }
  return out;
}

}  // namespace

std::string without_credentials(std::string_view text) {
  return without_values(without_users(text));
}
