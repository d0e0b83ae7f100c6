// SPDX-License-Identifier: LGPL-2.1-or-later
// A pipeline file: gst-launch syntax plus # comments, line breaks, variables, lines "include FILE NAME=VALUE…" and
// lines "adjustable ELEMENT.PROPERTY".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adjustable.h"
#include "pipe_variables.h"

struct PipeToken {
  std::string text;
  std::size_t line = 0;               // of the whole text, from 1
  std::vector<Insertion> insertions;  // places in the token; of a value with spaces each token has its part
};

struct PipeText {
  std::string file;
  std::vector<PipeToken> tokens;
  std::vector<std::string> places;  // of each line of the whole text: "file:line"
  std::vector<Adjustable> adjustables;

  std::string text() const;                          // the tokens on one line, as gst-launch-1.0 takes them
  const std::string& place(std::size_t line) const;  // "file:line" where the line was read, maybe in an included file
};

// The path of the file that `name` means. A name with a folder in it, or of a file in the current folder, is used as it
// is. Any other is looked up in `folders`. Throws UserError, which says where it looked.
std::string find_pipe_file(const std::string& name, const std::vector<std::string>& folders);

// Reads and expands the file. Files that it includes are looked up in its own folder, then in `folders`. Throws
// UserError: the file is missing, unreadable, empty, not UTF-8 or too large, a variable is bad, a quote is open, or no
// variable takes a setting.
PipeText read_pipe_file(const std::string& path, const Settings& settings,
                        const std::vector<std::string>& folders = {});

// The variables of the file and of the files that it includes. Which files those are may depend on the settings. Throws
// UserError as above.
Variables variables_of_pipe_file(const std::string& path, const Settings& settings,
                                 const std::vector<std::string>& folders = {});

// Like read_pipe_file, for text in memory. `file` names the text in messages. Its folder counts as the folder of the
// text.
PipeText expand_pipe_text(const std::string& file, std::string_view text, const Settings& settings,
                          const std::vector<std::string>& folders = {});
