// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model_command.h"

#include <glib.h>

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

std::string program_name(const std::vector<std::string>& command) {
  const auto base = [](const std::string& path) { return path.substr(path.find_last_of('/') + 1); };
  for (std::size_t i = 1; i < command.size(); ++i) {
    const std::string name = base(command[i]);
    const auto dot = name.find_last_of('.');
    if (dot != std::string::npos && dot > 0 && name[0] != '-' && !g_ascii_isdigit(name[dot + 1]))
      return name.substr(0, dot);
  }
  return base(command[0]);
}

}  // namespace cvgst
