// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model_protocol.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "core/json.h"

namespace cvgst {
namespace {

constexpr std::size_t kMaxQuote = 80;

struct Box {
  double left = std::numeric_limits<double>::infinity();
  double top = std::numeric_limits<double>::infinity();
  double right = -std::numeric_limits<double>::infinity();
  double bottom = -std::numeric_limits<double>::infinity();

  void add(double x, double y) {
    left = std::min(left, x), right = std::max(right, x);
    top = std::min(top, y), bottom = std::max(bottom, y);
  }
  bool empty() const { return left > right; }
};

using core::Json;
using core::json_member;
using core::json_number;

// The JSON object of a message that must be of this type, or what is wrong with the message.
std::variant<Json, Wrong> parse_message(const std::string& line, const char* type) {
  const std::string said = "said \"" + line.substr(0, kMaxQuote) + (line.size() > kMaxQuote ? "…" : "") + "\"";
  auto parsed = core::parse_json_object(line);
  if (!parsed.wrong.empty()) return Wrong{said + ", which is " + parsed.wrong};
  const Json* found = json_member(parsed.object, "type");
  if (found == nullptr || *found != type) return Wrong{said + " where {\"type\":\"" + type + "\"…} was due"};
  return std::move(parsed.object);
}

// Adds a list of points, each of 2 or 3 numbers, as an array of arrays. False if `points` is no such list.
bool add_points(GstStructure* structure, const char* name, const Json& points, Box& box) {
  if (!points.is_array()) return false;
  g_auto(GValue) list = G_VALUE_INIT;
  gst_value_array_init(&list, static_cast<guint>(points.size()));
  for (const Json& numbers : points) {
    if (!numbers.is_array() || numbers.size() < 2 || numbers.size() > 3) return false;
    g_auto(GValue) point = G_VALUE_INIT;
    gst_value_array_init(&point, static_cast<guint>(numbers.size()));
    for (const Json& number : numbers) {
      const auto value = json_number(&number);
      if (!value) return false;
      GValue coordinate = G_VALUE_INIT;
      g_value_init(&coordinate, G_TYPE_DOUBLE);
      g_value_set_double(&coordinate, *value);
      gst_value_array_append_and_take_value(&point, &coordinate);
    }
    box.add(numbers[0].get<double>(), numbers[1].get<double>());
    gst_value_array_append_value(&list, &point);
  }
  gst_structure_set_value(structure, name, &list);
  return true;
}

// Adds a value that a GstStructure has a type for. False for other values.
bool add_plain(GstStructure* structure, const char* name, const Json& value) {
  if (const auto number = json_number(&value))
    gst_structure_set(structure, name, G_TYPE_DOUBLE, *number, nullptr);
  else if (value.is_boolean())
    gst_structure_set(structure, name, G_TYPE_BOOLEAN, static_cast<gboolean>(value.get<bool>()), nullptr);
  else if (value.is_string())
    gst_structure_set(structure, name, G_TYPE_STRING, value.get_ref<const std::string&>().c_str(), nullptr);
  else
    return false;
  return true;
}

bool one_of(const char* name, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [name](const char* other) { return std::strcmp(name, other) == 0; });
}

std::optional<Box> finite(const Box& box) {
  const bool all = std::isfinite(box.right - box.left) && std::isfinite(box.bottom - box.top);
  return all ? std::optional(box) : std::nullopt;
}

// The object's own box, or else the one around its circle or its points.
std::optional<Box> box_of(const GstStructure* object, const Box& points) {
  Box box;
  double x = 0;
  double y = 0;
  double w = 0;
  double h = 0;
  if (gst_structure_get(object, "x", G_TYPE_DOUBLE, &x, "y", G_TYPE_DOUBLE, &y, "w", G_TYPE_DOUBLE, &w, "h",
                        G_TYPE_DOUBLE, &h, nullptr)) {
    if (w < 0 || h < 0) return {};
    box.add(x, y);
    box.add(x + w, y + h);
    return finite(box);
  }
  if (gst_structure_get(object, "center-x", G_TYPE_DOUBLE, &x, "center-y", G_TYPE_DOUBLE, &y, "radius", G_TYPE_DOUBLE,
                        &w, nullptr)) {
    if (w < 0) return {};
    box.add(x - w, y - w);
    box.add(x + w, y + w);
    return finite(box);
  }
  return points.empty() ? std::nullopt : finite(points);
}

// Null if the object has no place, or a value that makes no sense; `reason` says which.
StructurePtr parse_object(const Json& object, std::string& reason) {
  if (!object.is_object()) return reason = "is no JSON object", nullptr;
  StructurePtr structure(gst_structure_new_empty("detection"));
  Json rest = Json::object();
  Box points;
  for (const auto& [key, value] : object.items()) {
    const char* name = key.c_str();
    if (one_of(name, {"x", "y", "w", "h", "center-x", "center-y", "radius", "confidence"}) && !json_number(&value) &&
        !value.is_null())
      return reason = "has a \"" + key + "\" that is no number", nullptr;
    if (one_of(name, {"polygon", "keypoints"})) {
      if (!add_points(structure.get(), name, value, points))
        return reason = "has a \"" + key + "\" that is no list of points", nullptr;
    } else if (!one_of(name, {"x", "y", "w", "h", "center-x", "center-y", "radius", "confidence", "label", "text"}) ||
               !add_plain(structure.get(), name, value)) {
      // GLib never forgets the name of a structure's field, so only the names above become fields
      rest[key] = value;
    }
  }
  const auto box = box_of(structure.get(), points);
  if (!box) return reason = "has no place: x, y, w, h (w and h not below 0) or a circle, polygon or keypoints", nullptr;
  gst_structure_set(structure.get(), "x", G_TYPE_DOUBLE, box->left, "y", G_TYPE_DOUBLE, box->top, "w", G_TYPE_DOUBLE,
                    box->right - box->left, "h", G_TYPE_DOUBLE, box->bottom - box->top, nullptr);
  if (gst_structure_get_string(structure.get(), "label") == nullptr)
    gst_structure_set(structure.get(), "label", G_TYPE_STRING, "object", nullptr);
  if (!rest.empty()) gst_structure_set(structure.get(), "json", G_TYPE_STRING, core::json_text(rest).c_str(), nullptr);
  return structure;
}

}  // namespace

std::string wrong_with_greeting(const std::string& line) {
  const auto message = parse_message(line, "ready");
  const auto* wrong = std::get_if<Wrong>(&message);
  return wrong != nullptr ? wrong->reason : "";
}

std::string question_line(const Question& question) {
  return R"({"type":"frame","frame":)" + std::to_string(question.frame) + R"(,"width":)" +
         std::to_string(question.width) + R"(,"height":)" + std::to_string(question.height) + R"(,"format":")" +
         question.format + R"(","stride":)" + std::to_string(question.stride) + R"(,"size":)" +
         std::to_string(question.size) + "}\n";
}

std::variant<ModelAnswer, Wrong> parse_model_answer(const std::string& line, std::uint32_t frame) {
  const auto parsed = parse_message(line, "result");
  if (const auto* wrong = std::get_if<Wrong>(&parsed)) return *wrong;
  const Json& message = std::get<Json>(parsed);
  const auto answered = json_number(json_member(message, "frame"));
  if (!answered || *answered != frame)
    return Wrong{"was asked about frame " + std::to_string(frame) + " and answered for another one: \"" +
                 line.substr(0, kMaxQuote) + "\""};
  const Json* objects = json_member(message, "objects");
  if (objects == nullptr || !objects->is_array()) return Wrong{"gave an answer without a list \"objects\""};
  ModelAnswer answer;
  for (std::size_t i = 0; i < objects->size(); ++i) {
    std::string reason;
    if (auto object = parse_object((*objects)[i], reason))
      answer.objects.push_back(std::move(object));
    else if (answer.left_out.empty())
      answer.left_out = "object " + std::to_string(i) + " " + reason;
  }
  return answer;
}

}  // namespace cvgst
