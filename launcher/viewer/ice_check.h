// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks STUN and TURN servers whether they are there and would serve us: who has named a wrong one, or a wrong secret,
// learns it at the start and not from a viewer who sees nothing.
#pragma once

#include <string>
#include <vector>

#include "ice_servers.h"

// With what servers want to know of us, once each has been asked. Throws UserError.
Ice checked_ice(const IceOptions& options, std::vector<std::string> addresses);

// Takes a few seconds at most for a server that does not answer. Returns the address that it has answered from. Throws
// UserError, which names the server.
std::string check_ice_server(const IceServer& server, const stun::Login& login);
