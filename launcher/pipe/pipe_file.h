// SPDX-License-Identifier: LGPL-2.1-or-later
// A pipeline file: gst-launch syntax plus # comments, line breaks, variables, and lines "include FILE".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipe_variables.h"

struct PipeToken {
  std::string text;
  std::size_t line = 0;  // of the whole text, from 1
};

struct PipeText {
  std::string file;
  std::vector<PipeToken> tokens;
  std::vector<std::string> places;

  std::string text() const;                          // the tokens on one line, as gst-launch-1.0 takes them
  const std::string& place(std::size_t line) const;  // "file:line", of an included file where it comes from one
};

// The file that `name` means: itself if it has a folder or is in the current one, otherwise the one among `folders`.
// Throws UserError that says where it looked.
std::string find_pipe_file(const std::string& name, const std::vector<std::string>& folders);

// Reads and expands the file; what it includes is looked for in its own folder, then among `folders`. Throws UserError:
// missing, unreadable, empty, not UTF-8, too large, bad variable, open quote, a setting that no variable takes.
PipeText read_pipe_file(const std::string& path, const Settings& settings,
                        const std::vector<std::string>& folders = {});

// The variables of the file and of what it includes with these settings. Throws UserError as above.
Variables variables_of_pipe_file(const std::string& path, const Settings& settings,
                                 const std::vector<std::string>& folders = {});

// The same as read_pipe_file for text in memory; `file` is for messages and for the folder.
PipeText expand_pipe_text(const std::string& file, std::string_view text, const Settings& settings,
                          const std::vector<std::string>& folders = {});
