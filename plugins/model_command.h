// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line of a model's program.
#pragma once

#include <string>
#include <vector>

namespace cvgst {

// Its words, quoted as for a shell; none, and why, if there are none.
std::vector<std::string> parse_command(const std::string& command, std::string& reason);

// "people" for "python3 models/people.py", "detector" for "./detector --fast". There must be a word.
std::string program_name(const std::vector<std::string>& command);

}  // namespace cvgst
