// SPDX-License-Identifier: LGPL-2.1-or-later
// JSON from others and for others, over nlohmann-json: that one takes RFC 8259 and nothing else, and needs no stack for
// what is nested.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace core {

using Json = nlohmann::json;
// Its members stay as they were set.
using OrderedJson = nlohmann::ordered_json;

// Deeper than any message of ours.
inline constexpr int kMaxJsonDepth = 32;

struct ParsedJson {
  Json object = Json::object();
  std::string wrong;  // what the text is instead, to be read behind "it is "; "": it is an object
};
// Of a text that is one JSON object and nothing else.
ParsedJson parse_json_object(std::string_view text);

// The member of an object; null if it is not there.
const Json* json_member(const Json& object, const char* name);
// Nothing for what is no number, or one that no double has.
std::optional<double> json_number(const Json* value);
// null where the number is none that JSON has.
OrderedJson json_of(double value);
// On one line; what is not UTF-8 is replaced.
std::string json_text(const OrderedJson& value);

}  // namespace core
