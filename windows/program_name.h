// SPDX-License-Identifier: LGPL-2.1-or-later
// What people call the program that we are in.
#pragma once

#include <string>
#include <string_view>

namespace windows {

// Of a command line as /proc has it, each argument with a zero at its end: of "python3 -u detect.py" "detect.py".
std::string program_name(std::string_view command_line);
// Of this process.
std::string program_name();

}  // namespace windows
