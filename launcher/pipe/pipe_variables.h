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

// What a variable put into a text.
struct Insertion {
  std::string variable;
  std::string value;  // as it was set, or the default
  std::optional<std::string> fallback;
  std::string text;  // what stands in the text now: divided, as a fraction, with quotes escaped
  std::size_t from = 0;
  std::size_t to = 0;  // behind its last byte
};

struct Expanded {
  std::string text;
  std::vector<Insertion> insertions;
};

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

// In the names of variables whose values an "include" line gives. No file can write it in a name.
inline constexpr char kGivenMark = '\x01';

// A variable whose value an "include" line gives.
struct Given {
  std::string value;
  std::optional<Insertion> origin;  // the variable that the value was made of
};
// By names of their own.
using Givens = std::map<std::string, Given, std::less<>>;

// The text with each variable replaced by its setting or default. A frame rate in caps ("…,framerate=${name}", with or
// without "/1" behind it) may be a fraction or have a point; it becomes a fraction. Throws UserError if a variable has
// neither setting nor default, or if it is divided and is no whole number. `lenient`: such a number is left as it is,
// for whom it goes to will complain.
Expanded substitute(const Script& script, const Variables& variables, const Settings& settings,
                    const Givens& givens = {}, bool lenient = false);

// The text with other names for its variables, where `names` has one.
std::string rename_variables(const std::string& text, const std::map<std::string, std::string, std::less<>>& names);

// For messages: 'the variable "width" is "abc"'. Of several variables, all.
std::string named(const std::vector<Insertion>& insertions);
// For messages: '; its default is "640"', or "" if that is what it is, or if it has none.
std::string defaults_of(const std::vector<Insertion>& insertions);
