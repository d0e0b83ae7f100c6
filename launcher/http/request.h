// SPDX-License-Identifier: LGPL-2.1-or-later
// What a request asks for, and whence it comes.
#pragma once

#include <libsoup/soup.h>

#include <string>
#include <vector>

#include "origins.h"
#include "peer.h"

// `streams`: all that there are.
Request read_request(SoupServerMessage* message, const Origins& origins, const std::vector<std::string>& streams);
