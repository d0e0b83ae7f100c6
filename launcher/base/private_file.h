// SPDX-License-Identifier: LGPL-2.1-or-later
// Secrets come from files and from the environment: all users of a machine can read its programs' command lines.
#pragma once

#include <optional>
#include <string>

// The text of a file that nobody but its owner may open. Throws UserError, which begins with `option`=`path`.
std::string read_private(const std::string& option, const std::string& path);

// A variable's value, which the environment has no more then: what we start has no need to know it.
std::optional<std::string> take_variable(const char* name);
