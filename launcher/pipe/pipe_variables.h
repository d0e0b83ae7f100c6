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

// Where a scan is in gst-launch syntax: inside a quote (0: none), or right behind a backslash.
struct Quoting {
  char quote = 0;
  bool escaped = false;

  void feed(char c);
};

// Adds the variables of the script to `found`. A default that is given in one place counts in all. Throws UserError.
void find_variables(const Script& script, Variables& found);

// Throws UserError for a setting that no variable takes. The message names the variable that was probably meant.
void check_settings(const std::string& file, const Settings& settings, const Variables& variables);

// A value as it is put into the text. In a quoted string its quotes and backslashes are escaped, so that they stay part
// of the value. Outside it may be any piece of pipeline.
std::string insert_value(std::string_view value, char quote);

// The text with each variable replaced by its setting or default. Throws UserError if a variable has neither, or if it
// is divided and is no whole number.
std::string substitute(const Script& script, const Variables& variables, const Settings& settings);
