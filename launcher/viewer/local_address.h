// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of this machine's addresses media go through.
#pragma once

#include <string>
#include <vector>

// For a server that listens on `host`: the addresses to offer as ICE candidates; none means all that the machine has.
std::vector<std::string> media_addresses(const std::string& host);
