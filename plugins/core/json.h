// SPDX-License-Identifier: LGPL-2.1-or-later
// JSON from others and for others, over nlohmann-json. Its parser takes RFC 8259 and nothing else, and does not
// recurse: nested input needs no stack.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace core {

using Json = nlohmann::json;
// Keeps its members in the order in which they were set.
using OrderedJson = nlohmann::ordered_json;

// Deeper than any message of ours.
inline constexpr int kMaxJsonDepth = 32;

struct ParsedJson {
  Json object = Json::object();
  std::string wrong;  // "": it is an object; otherwise what it is, in words that go on after "it is "
};
// For a text that must be one JSON object and nothing else.
ParsedJson parse_json_object(std::string_view text);

// The member of an object; null if it is not there.
const Json* json_member(const Json& object, const char* name);
// Nothing if the value is no number, or too large for a double.
std::optional<double> json_number(const Json* value);
// null for a number that JSON does not have (infinity, NaN).
OrderedJson json_of(double value);
template <typename T>
OrderedJson or_null(const std::optional<T>& value) {
  if constexpr (std::is_same_v<T, double>) return value ? json_of(*value) : OrderedJson(nullptr);
  return value ? OrderedJson(*value) : OrderedJson(nullptr);
}
// What the variant holds.
template <typename... Types>
OrderedJson json_of(const std::variant<Types...>& value) {
  if (const auto* number = std::get_if<double>(&value)) return json_of(*number);
  return std::visit([](const auto& held) { return OrderedJson(held); }, value);
}
// The text is on one line. What is not UTF-8 is replaced.
std::string json_text(const OrderedJson& value);

}  // namespace core
