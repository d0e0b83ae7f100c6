// SPDX-License-Identifier: LGPL-2.1-or-later
// By hand: std::regex calls itself for each character, and a long text would end the process.
#include "candidate.h"

#include <gio/gio.h>

#include <algorithm>
#include <charconv>

#include "base/protocol.h"

namespace {

constexpr unsigned kMaxPort = 65535;

bool is_foundation(char c) {
  return g_ascii_isalnum(c) || c == '+' || c == '/';
}
bool is_letter(char c) {
  return g_ascii_islower(c);
}
bool is_digit(char c) {
  return g_ascii_isdigit(c);
}
bool is_alphanumeric(char c) {
  return g_ascii_isalnum(c);
}
bool is_address(char c) {
  return g_ascii_isalnum(c) || c == ':' || c == '.' || c == '%' || c == '-';
}
bool is_printed(char c) {
  return c > ' ' && c <= '~';
}

// Takes words off a text, from its beginning. Once a word is not as it must be, all that follow are wrong too.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  // The next word, up to a space or the end: 1 to `most` characters, all of which belong.
  std::string_view take(std::size_t most, bool (*belongs)(char)) {
    const auto word = rest_.substr(0, rest_.find(' '));
    if (word.empty() || word.size() > most || !std::all_of(word.begin(), word.end(), belongs)) good_ = false;
    rest_.remove_prefix(word.size());
    ended_ = rest_.empty();
    if (!ended_) rest_.remove_prefix(1);
    return word;
  }
  bool good() const { return good_; }
  bool ended() const { return ended_; }

 private:
  std::string_view rest_;
  bool good_ = true;
  bool ended_ = false;
};

}  // namespace

std::optional<ParsedCandidate> parse_candidate(std::string_view text) {
  constexpr std::string_view kName = "candidate:";
  if (text.size() > protocol::kMaxCandidate || !text.starts_with(kName)) return std::nullopt;
  Words words(text.substr(kName.size()));
  words.take(32, is_foundation);
  words.take(3, is_digit);  // component
  const std::string transport(words.take(8, is_alphanumeric));
  words.take(10, is_digit);  // priority
  const std::string address(words.take(255, is_address));
  const auto port = words.take(5, is_digit);
  const auto mark = words.take(3, is_letter);
  words.take(10, is_letter);  // type
  while (words.good() && !words.ended()) words.take(text.size(), is_printed);
  if (!words.good() || mark != "typ") return std::nullopt;
  unsigned number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);
  if (number > kMaxPort) return std::nullopt;
  g_autoptr(GInetAddress) ip = g_inet_address_new_from_string(address.c_str());
  return ParsedCandidate{ip && g_ascii_strcasecmp(transport.c_str(), "udp") == 0};
}
