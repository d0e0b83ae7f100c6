// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line of a model's program.
#pragma once

#include <string>
#include <vector>

namespace cvgst {

// The words of the command, which may be quoted as for a shell. None if there are none or a quote is open; `reason`
// says why.
std::vector<std::string> parse_command(const std::string& command, std::string& reason);

// "people" for "python3 models/people.py", "detector" for "./detector --weights yolo.pt". `command` must not be empty.
std::string program_name(const std::vector<std::string>& command);

}  // namespace cvgst
