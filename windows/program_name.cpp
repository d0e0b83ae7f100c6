// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program_name.h"

#include <fstream>
#include <iterator>

namespace windows {
namespace {

std::string_view next(std::string_view& rest) {
  const auto end = rest.find('\0');
  const std::string_view argument = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return argument;
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string program_name(std::string_view command_line) {
  const std::string_view program = file_name(next(command_line));
  if (!program.starts_with("python")) return std::string(program);
  while (!command_line.empty()) {
    const std::string_view argument = next(command_line);
    if (argument == "-m") return std::string(next(command_line));
    if (argument == "-c") break;
    if (argument == "-W" || argument == "-X") next(command_line);
    if (!argument.starts_with('-')) return std::string(file_name(argument));
  }
  return std::string(program);
}

std::string program_name() {
  std::ifstream file("/proc/self/cmdline");
  return program_name(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace windows
