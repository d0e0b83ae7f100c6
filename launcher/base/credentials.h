// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps names and passwords out of what is logged and shown. Pure.
#pragma once

#include <string>
#include <string_view>

// Returns the text with "***" in place of names and passwords: before the "@" of an address
// ("rtsp://name:password@host/"), and in properties that hold a password.
std::string without_credentials(std::string_view text);
