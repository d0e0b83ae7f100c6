// SPDX-License-Identifier: LGPL-2.1-or-later
// A file that says what the command line could: options of the launcher in the group [cv-launch], and a group for each
// stream. GKeyFile's syntax.
#pragma once

#include <string>
#include <string_view>
#include <vector>

// An option as the command line would have it, and the file and line where it is said.
struct ConfigArgument {
  std::string text;  // "--port=8080"
  std::string place;
  bool of_stream = false;
};

// What the group [cv-launch] may say.
struct KnownOption {
  std::string name;      // without "--"
  bool is_flag = false;  // true or false, and no other value
};

// Names of files are relative to the config's own folder where they are there. Throws UserError, which names file and
// line, and what would do.
std::vector<ConfigArgument> read_config(const std::string& path, const std::vector<KnownOption>& known);

// An error of an argument, with the place where it is said; any other as it is.
std::string with_place(std::string_view error, const std::vector<ConfigArgument>& arguments);
