// SPDX-License-Identifier: LGPL-2.1-or-later
#include "json.h"

#include <cmath>
#include <sstream>

namespace core {
namespace {

struct TooDeep {};

// The parser calls this when a value begins and when it ends.
bool check_depth(int depth, Json::parse_event_t event, const Json&) {
  const bool begins = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
  if (begins && depth >= kMaxJsonDepth) throw TooDeep();
  return true;
}

bool begins_with_json(std::string_view text) {
  std::istringstream stream{std::string(text)};
  Json value;
  try {
    stream >> value;
  } catch (const Json::exception&) {
    return false;
  }
  return true;
}

// "[json.exception.parse_error.101] parse error at …": what is behind the bracket is for people.
std::string reason_of(const Json::exception& error) {
  const std::string text = error.what();
  const auto from = text.find("] ");
  return from == std::string::npos ? text : text.substr(from + 2);
}

}  // namespace

ParsedJson parse_json_object(std::string_view text) {
  ParsedJson parsed;
  try {
    Json value = Json::parse(text, check_depth);
    if (value.is_object())
      parsed.object = std::move(value);
    else
      parsed.wrong = "not one JSON object";
  } catch (const TooDeep&) {
    parsed.wrong = "nested more than " + std::to_string(kMaxJsonDepth) + " deep";
  } catch (const Json::exception& error) {
    parsed.wrong = begins_with_json(text) ? "not one JSON object" : "not JSON (" + reason_of(error) + ")";
  }
  return parsed;
}

const Json* json_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::optional<double> json_number(const Json* value) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto number = value->get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

OrderedJson json_of(double value) {
  return std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr);
}

std::string json_text(const OrderedJson& value) {
  return value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace core
