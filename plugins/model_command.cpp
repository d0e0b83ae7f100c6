// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model_command.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace cvgst {

std::vector<std::string> parse_command(const std::string& command, std::string& reason) {
  g_auto(GStrv) words = nullptr;
  g_autoptr(GError) error = nullptr;
  if (g_shell_parse_argv(command.c_str(), nullptr, &words, &error) == FALSE) {
    reason = error->message;
    return {};
  }
  std::vector<std::string> list;
  for (char** word = words; *word != nullptr; ++word) list.emplace_back(*word);
  return list;
}

// A script is known by its ending: other arguments have one too, such as the model's weights.
std::string program_name(const std::vector<std::string>& command) {
  constexpr std::array<std::string_view, 12> kEndings{"py", "pyc", "js", "mjs", "cjs", "ts",
                                                      "sh", "pl",  "rb", "lua", "jl",  "jar"};
  const auto base = [](const std::string& path) { return path.substr(path.find_last_of('/') + 1); };
  for (const auto& word : command) {
    const std::string name = base(word);
    const auto dot = name.find_last_of('.');
    if (dot == std::string::npos || dot == 0 || name[0] == '-') continue;
    if (std::find(kEndings.begin(), kEndings.end(), name.substr(dot + 1)) != kEndings.end()) return name.substr(0, dot);
  }
  return base(command[0]);
}

}  // namespace cvgst
