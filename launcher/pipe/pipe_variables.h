// SPDX-License-Identifier: LGPL-2.1-or-later
// ${name}, ${name:-default} and ${name/divisor:-default} in the text of a pipeline file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/user_error.h"

using Settings = std::map<std::string, std::string, std::less<>>;

// Text whose lines come from one file or several.
struct Script {
  std::string text;
  std::vector<std::string> places;  // of each line: "file:line"
};

struct Variable {
  std::optional<std::string> fallback;
  std::string place;  // where it is named first
};

using Variables = std::map<std::string, Variable, std::less<>>;

// Where we are in gst-launch syntax: inside which quote, behind a backslash.
struct Quoting {
  char quote = 0;
  bool escaped = false;

  void feed(char c);
};

// Adds the variables of the script to `found`. One that has a default somewhere has it everywhere. Throws UserError.
void find_variables(const Script& script, Variables& found);

// Throws UserError for a setting that no variable takes, and names the one that was probably meant.
void check_settings(const std::string& file, const Settings& settings, const Variables& variables);

// A value as it stands in a quoted string, where it keeps its quotes and backslashes, or outside, where it may be any
// piece of pipeline.
std::string insert_value(std::string_view value, char quote);

// Each variable replaced by its setting or default. Throws UserError for one that has neither, or is no number where it
// is divided.
std::string substitute(const Script& script, const Variables& variables, const Settings& settings);
