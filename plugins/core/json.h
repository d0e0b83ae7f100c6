// SPDX-License-Identifier: LGPL-2.1-or-later
// JSON from others and for others, over nlohmann-json. Its parser takes RFC 8259 and nothing else, and does not
// recurse: nested input needs no stack.
#pragma once

#include <cstdint>
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
// The members of a message, which must be a JSON object. Only the first thing that is wrong is kept.
class JsonReader {
 public:
  // `most`: bytes of the message.
  JsonReader(std::string_view text, std::size_t most);

  // Each returns something in any case.
  std::string string(const char* name);
  double number(const char* name);
  std::int64_t integer(const char* name, std::int64_t least, std::int64_t most);
  bool boolean(const char* name);

  void fail(std::string wrong);
  // What is wrong, in words for the sender; "": nothing is.
  const std::string& wrong() const { return wrong_; }

 protected:
  const Json* member(const char* name) const { return json_member(object_, name); }

 private:
  Json object_ = Json::object();
  std::string wrong_;
};
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
