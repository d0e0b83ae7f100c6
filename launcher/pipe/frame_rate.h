// SPDX-License-Identifier: LGPL-2.1-or-later
// Frame rates as people write them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

// "30", "29.97" or "30000/1001" as a fraction: "30/1", "30000/1001". Nothing if it is no such number.
std::optional<std::string> fraction_of(std::string_view rate);
