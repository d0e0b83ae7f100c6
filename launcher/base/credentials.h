// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps names and passwords out of what is logged and shown. Pure.
#pragma once

#include <string>
#include <string_view>

// The same text with "***" for what stands before the "@" of an address ("rtsp://name:password@host/") and for the
// values of properties that hold a password.
std::string without_credentials(std::string_view text);
