// SPDX-License-Identifier: LGPL-2.1-or-later
#include "json.h"

#include <cmath>
#include <sstream>
#include <utility>

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

JsonReader::JsonReader(std::string_view text, std::size_t most) {
  if (text.size() > most) {
    fail("a message of " + std::to_string(text.size()) + " bytes; at most " + std::to_string(most) + " are taken");
    return;
  }
  auto parsed = parse_json_object(text);
  if (!parsed.wrong.empty()) fail("it is " + parsed.wrong);
  object_ = std::move(parsed.object);
}

std::string JsonReader::string(const char* name) {
  const Json* value = member(name);
  if (value && value->is_string()) return value->get<std::string>();
  fail("\"" + std::string(name) + "\" must be a string");
  return {};
}

double JsonReader::number(const char* name) {
  if (const auto value = json_number(member(name))) return *value;
  fail("\"" + std::string(name) + "\" must be a number");
  return 0;
}

std::int64_t JsonReader::integer(const char* name, std::int64_t least, std::int64_t most) {
  const double value = number(name);
  if (value >= static_cast<double>(least) && value <= static_cast<double>(most) && value == std::floor(value))
    return static_cast<std::int64_t>(value);
  fail("\"" + std::string(name) + "\" must be an integer from " + std::to_string(least) + " to " +
       std::to_string(most));
  return least;
}

bool JsonReader::boolean(const char* name) {
  const Json* value = member(name);
  if (value && value->is_boolean()) return value->get<bool>();
  fail("\"" + std::string(name) + "\" must be true or false");
  return false;
}

void JsonReader::fail(std::string wrong) {
  if (wrong_.empty()) wrong_ = std::move(wrong);
}

OrderedJson json_of(double value) {
  return std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr);
}

std::string json_text(const OrderedJson& value) {
  return value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace core
