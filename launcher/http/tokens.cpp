// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tokens.h"

#include <gio/gio.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <sstream>

#include "base/glib_ptr.h"
#include "base/private_file.h"
#include "base/unguessable.h"
#include "base/user_error.h"
#include "stream_path.h"

namespace {

constexpr std::size_t kShortest = 16;
constexpr std::size_t kLongest = 256;
constexpr const char* kEnvironment = "CV_LAUNCH_TOKEN";
constexpr const char* kViewEnvironment = "CV_LAUNCH_VIEW_TOKEN";
constexpr const char* kFrameEnvironment = "CV_LAUNCH_FRAME_KEY";

// It stands in the fragment of an address.
void check(const std::string& token, const std::string& where) {
  if (token.size() < kShortest || token.size() > kLongest)
    throw UserError(where + ": a token of " + std::to_string(token.size()) + " characters; take " +
                    std::to_string(kShortest) + " to " + std::to_string(kLongest) +
                    ", for example what openssl rand -hex 16 prints");
  constexpr std::string_view kMarks = "-._~+/=";
  const auto fits = [kMarks](char c) { return g_ascii_isalnum(c) || kMarks.find(c) != std::string_view::npos; };
  if (!std::ranges::all_of(token, fits))
    throw UserError(where + ": a token has letters, digits and " + std::string(kMarks) + " only");
}

// As the environment has it.
std::string take(const char* variable) {
  const auto token = take_variable(variable);
  if (token) check(*token, variable);
  return token.value_or("");
}

std::string both(const std::string& one, const std::string& other) {
  return one + " and " + other + " contradict each other: leave one of them out";
}

}  // namespace

Tokens parse_tokens(const std::string& text, const std::string& name) {
  Tokens tokens;
  std::set<std::string> known;
  std::istringstream lines(text);
  std::string line;
  for (unsigned number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line);
    std::string word;
    if (!(words >> word) || word.starts_with('#')) continue;
    const std::string where = name + ", line " + std::to_string(number);
    const bool view = word == "view";
    const bool whole = !view || words >> word;
    const std::vector<std::string> streams{std::istream_iterator<std::string>(words), {}};
    if (!whole || (!view && !streams.empty()))
      throw UserError(where +
                      ": write a token, or \"view\" and a token that may only watch, and perhaps the streams that it "
                      "is for");
    check(word, where);
    for (const auto& stream : streams)
      if (!is_stream_name(stream)) throw UserError(where + ": \"" + stream + "\": " + kStreamNameRule);
    if (!known.insert(word).second)
      throw UserError(where + ": this token stands above already; each must be another one");
    if (!streams.empty()) {
      tokens.some.push_back({word, streams});
      continue;
    }
    std::string& token = view ? tokens.view : tokens.all;
    if (!token.empty()) throw UserError(where + ": a second token of this kind; one of each is taken");
    token = word;
  }
  if (known.empty()) throw UserError(name + ": there is no token in it");
  return tokens;
}

std::string frame_key() {
  std::string key = take(kFrameEnvironment);
  if (!std::ranges::all_of(key, [](char c) { return g_ascii_isalnum(c) != 0; }))
    throw UserError(std::string(kFrameEnvironment) + ": it stands in a path: letters and digits only");
  return key;
}

bool is_loopback(const std::string& host) {
  const GObjectPtr<GInetAddress> ip(g_inet_address_new_from_string(host.c_str()));
  return host == "localhost" || (ip && g_inet_address_get_is_loopback(ip.get()));
}

Opening opening_of(const std::string& host, bool shown, const AuthOptions& options) {
  Tokens tokens{.all = take(kEnvironment), .view = take(kViewEnvironment)};
  std::string source = tokens.all.empty() && tokens.view.empty() ? "" : "CV_LAUNCH_TOKEN in the environment";
  if (!options.token_file.empty()) {
    if (!source.empty()) throw UserError(both(source, "--token-file"));
    source = "--token-file";
    tokens = parse_tokens(read_private("--token-file", options.token_file), "--token-file=" + options.token_file);
  }
  if (options.no_auth && options.auth) throw UserError(both("--no-auth", "--auth"));
  if (options.no_auth && !source.empty()) throw UserError(both("--no-auth", source));
  if (!source.empty()) return {.access = Access(std::move(tokens)), .made_up = {}};
  if (options.auth) {
    const std::string token = unguessable();
    return {.access = Access(Tokens{.all = token, .view = {}}), .made_up = token};
  }
  if (is_loopback(host) && !shown) return {.access = Access(), .made_up = {}};
  // what is no address is refused by who listens there
  if (is_loopback(host) || options.no_auth || !g_hostname_is_ip_address(host.c_str()))
    return {.access = Access(Rights{.view = true, .control = false}), .made_up = {}};
  throw UserError("--host=" + host +
                  ": others can reach this address. Say who may watch: --auth, everybody who has the token that is "
                  "printed (--token-file=FILE: a token of yours); --no-auth, everybody");
}
