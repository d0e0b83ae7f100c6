// SPDX-License-Identifier: LGPL-2.1-or-later
// Origins as the command line has them: of pages that may connect.
#pragma once

#include <string>

// As browsers write it in Origin (RFC 6454, 6.1): "https://hub.example", with its port where that is not the usual one.
// Throws UserError for what is not http(s)://HOST[:PORT].
// Errors name the `option`.
std::string public_origin(const std::string& text, const std::string& option = "--public-origin");
