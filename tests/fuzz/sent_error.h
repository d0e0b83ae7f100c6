// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/protocol.h"
#include "core/json.h"
#include "must.h"

// What is said about bad input is sent to the one that it came from.
inline void must_be_sendable(const protocol::Error& error) {
  must(!error.code.empty() && !error.message.empty(), "an error has a code and a message");
  const std::string text = protocol::encode(error);
  must(core::parse_json_object(text).wrong.empty(), "an error is a JSON object, in UTF-8");
}
