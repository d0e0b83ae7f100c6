// SPDX-License-Identifier: LGPL-2.1-or-later
// The address that browsers see where a proxy stands in front of us.
#pragma once

#include <string>

// As browsers write it in Origin (RFC 6454, 6.1): "https://hub.example", with its port where that is not the usual one.
// Throws UserError for what is not http(s)://HOST[:PORT].
std::string public_origin(const std::string& text);
