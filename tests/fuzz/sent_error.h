// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/json_ptr.h"
#include "base/protocol.h"
#include "must.h"

// What is said about bad input is sent to the one that it came from.
inline void must_be_sendable(const protocol::Error& error) {
  must(!error.code.empty() && !error.message.empty(), "an error has a code and a message");
  const std::string text = protocol::error(error);
  must(g_utf8_validate_len(text.data(), text.size(), nullptr), "an error is UTF-8");
  const JsonNodePtr root(json_from_string(text.c_str(), nullptr));
  must(root && JSON_NODE_HOLDS_OBJECT(root.get()), "an error is a JSON object");
}
