// SPDX-License-Identifier: LGPL-2.1-or-later
// What a program says is in its picture: a JSON array of objects as plugins/core/MODEL.md has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/protocol.h"

struct Objects {
  std::vector<protocol::Object> objects;
  std::string left_out;  // what is wrong with the first one that was left out; "": none was
};
// Throws std::runtime_error if it is no such array.
Objects parse_objects(std::string_view json);
