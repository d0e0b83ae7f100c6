// SPDX-License-Identifier: LGPL-2.1-or-later
// A pipeline file: gst-launch syntax plus # comments, line breaks and ${name}, ${name:-default} variables.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// What is wrong with the user's input, in words for the user: names the thing and the place and says what to do.
class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct PipeToken {
  std::string text;
  int line = 0;  // in the file, from 1
};

struct PipeText {
  std::string file;
  std::vector<PipeToken> tokens;

  std::string text() const;           // the tokens on one line, as gst-launch-1.0 takes them
  std::string place(int line) const;  // "file:line"
};

using Settings = std::map<std::string, std::string, std::less<>>;

// The file that `name` means: itself if it has a folder or is in the current one, otherwise the one among `folders`.
// Throws UserError that says where it looked.
std::string find_pipe_file(const std::string& name, const std::vector<std::string>& folders);

// Reads and expands the file. Throws UserError: missing, unreadable, empty, not UTF-8, too large, bad variable, open
// quote, a setting that no variable takes.
PipeText read_pipe_file(const std::string& path, const Settings& settings);

// The same for text in memory; `file` is for messages.
PipeText expand_pipe_text(const std::string& file, std::string_view text, const Settings& settings);
