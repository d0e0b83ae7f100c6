// SPDX-License-Identifier: LGPL-2.1-or-later
// Names in a message: "door, yard".
#pragma once

#include <string>
#include <vector>

inline std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}
