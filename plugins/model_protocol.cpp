// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model_protocol.h"

#include <json-glib/json-glib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "core/json_text.h"

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

// NULL if it is none.
const char* string_of(JsonNode* node) {
  const bool is_string =
      node != nullptr && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
  return is_string ? json_node_get_string(node) : nullptr;
}

struct Message {
  GObject* parser = nullptr;
  JsonObject* object = nullptr;
  std::string reason;  // why there is none

  explicit Message(const std::string& line, const char* type) : parser(G_OBJECT(json_parser_new())) {
    const std::string said = " said \"" + line.substr(0, kMaxQuote) + (line.size() > kMaxQuote ? "…" : "") + "\"";
    const JsonOutline outline = outline_json(line);
    if (outline == JsonOutline::kTooDeep)
      reason = said.substr(1) + ", which is nested more than " + std::to_string(kMaxJsonDepth) + " deep";
    else if (outline == JsonOutline::kMoreBehind)
      reason = said.substr(1) + ", which is not one JSON object";
    else if (outline == JsonOutline::kNotJson)
      reason = said.substr(1) + ", which is not JSON";
    if (!reason.empty()) return;
    g_autoptr(GError) error = nullptr;
    JsonNode* root = nullptr;
    if (json_parser_load_from_data(JSON_PARSER(parser), line.data(), static_cast<gssize>(line.size()), &error))
      root = json_parser_get_root(JSON_PARSER(parser));
    if (error != nullptr) {
      reason = said.substr(1) + ", which is not JSON (" + error->message + ")";
    } else if (root == nullptr || !JSON_NODE_HOLDS_OBJECT(root)) {
      reason = said.substr(1) + ", which is not one JSON object";
    } else if (g_strcmp0(string_of(json_object_get_member(json_node_get_object(root), "type")), type) != 0) {
      reason = said.substr(1) + " where {\"type\":\"" + type + "\"…} was due";
    } else {
      object = json_node_get_object(root);
    }
  }
  ~Message() { g_object_unref(parser); }
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
};

std::optional<double> number_of(JsonNode* node) {
  if (node == nullptr || !JSON_NODE_HOLDS_VALUE(node)) return {};
  const GType type = json_node_get_value_type(node);
  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE) return {};
  const double value = json_node_get_double(node);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

// A list of points, each of 2 or 3 numbers, as arrays; false if it is not one.
bool add_points(GstStructure* structure, const char* name, JsonNode* node, Box& box) {
  if (!JSON_NODE_HOLDS_ARRAY(node)) return false;
  JsonArray* points = json_node_get_array(node);
  g_auto(GValue) list = G_VALUE_INIT;
  gst_value_array_init(&list, json_array_get_length(points));
  for (guint i = 0; i < json_array_get_length(points); ++i) {
    JsonNode* item = json_array_get_element(points, i);
    if (!JSON_NODE_HOLDS_ARRAY(item)) return false;
    JsonArray* numbers = json_node_get_array(item);
    const guint length = json_array_get_length(numbers);
    if (length < 2 || length > 3) return false;
    g_auto(GValue) point = G_VALUE_INIT;
    gst_value_array_init(&point, length);
    std::array<double, 3> values{};
    for (guint k = 0; k < length; ++k) {
      const auto value = number_of(json_array_get_element(numbers, k));
      if (!value) return false;
      values.at(k) = *value;
      GValue coordinate = G_VALUE_INIT;
      g_value_init(&coordinate, G_TYPE_DOUBLE);
      g_value_set_double(&coordinate, *value);
      gst_value_array_append_and_take_value(&point, &coordinate);
    }
    box.add(values[0], values[1]);
    gst_value_array_append_value(&list, &point);
  }
  gst_structure_set_value(structure, name, &list);
  return true;
}

// What GStreamer's structures have a form for; false for the rest.
bool add_plain(GstStructure* structure, const char* name, JsonNode* node) {
  if (!JSON_NODE_HOLDS_VALUE(node)) return false;
  if (const auto number = number_of(node)) {
    gst_structure_set(structure, name, G_TYPE_DOUBLE, *number, nullptr);
    return true;
  }
  if (json_node_get_value_type(node) == G_TYPE_BOOLEAN)
    gst_structure_set(structure, name, G_TYPE_BOOLEAN, json_node_get_boolean(node), nullptr);
  else if (const char* text = string_of(node))
    gst_structure_set(structure, name, G_TYPE_STRING, text, nullptr);
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

// The object's own box, or the one around what else it has.
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

std::string text_of(JsonObject* object) {
  JsonNode* node = json_node_init_object(json_node_alloc(), object);
  g_autofree char* text = json_to_string(node, FALSE);
  json_node_unref(node);
  return text;
}

// Nothing, and why, if it has no place or a value that makes no sense.
StructurePtr parse_object(JsonNode* node, std::string& reason) {
  if (!JSON_NODE_HOLDS_OBJECT(node)) return reason = "is no JSON object", nullptr;
  JsonObject* object = json_node_get_object(node);
  StructurePtr structure(gst_structure_new_empty("detection"));
  JsonObject* rest = json_object_new();
  const std::unique_ptr<JsonObject, decltype(&json_object_unref)> held(rest, json_object_unref);
  Box points;
  JsonObjectIter iterator;
  const char* name = nullptr;
  JsonNode* value = nullptr;
  json_object_iter_init(&iterator, object);
  while (json_object_iter_next(&iterator, &name, &value)) {
    const bool is_number = number_of(value).has_value();
    if (one_of(name, {"x", "y", "w", "h", "center-x", "center-y", "radius", "confidence"}) && !is_number &&
        !JSON_NODE_HOLDS_NULL(value))
      return reason = std::string("has a \"") + name + "\" that is no number", nullptr;
    if (one_of(name, {"polygon", "keypoints"})) {
      if (!add_points(structure.get(), name, value, points))
        return reason = std::string("has a \"") + name + "\" that is no list of points", nullptr;
    } else if (!one_of(name, {"x", "y", "w", "h", "center-x", "center-y", "radius", "confidence", "label", "text"}) ||
               !add_plain(structure.get(), name, value)) {
      // GLib never forgets the name of a structure's field: only ours become one
      json_object_set_member(rest, name, json_node_copy(value));
    }
  }
  const auto box = box_of(structure.get(), points);
  if (!box) return reason = "has no place: x, y, w, h (w and h not below 0) or a circle, polygon or keypoints", nullptr;
  gst_structure_set(structure.get(), "x", G_TYPE_DOUBLE, box->left, "y", G_TYPE_DOUBLE, box->top, "w", G_TYPE_DOUBLE,
                    box->right - box->left, "h", G_TYPE_DOUBLE, box->bottom - box->top, nullptr);
  if (gst_structure_get_string(structure.get(), "label") == nullptr)
    gst_structure_set(structure.get(), "label", G_TYPE_STRING, "object", nullptr);
  if (json_object_get_size(rest) > 0)
    gst_structure_set(structure.get(), "json", G_TYPE_STRING, text_of(rest).c_str(), nullptr);
  return structure;
}

}  // namespace

std::string wrong_with_greeting(const std::string& line) {
  return Message(line, "ready").reason;
}

std::string question_line(const Question& question) {
  return R"({"type":"frame","frame":)" + std::to_string(question.frame) + R"(,"width":)" +
         std::to_string(question.width) + R"(,"height":)" + std::to_string(question.height) + R"(,"format":")" +
         question.format + R"(","stride":)" + std::to_string(question.stride) + R"(,"size":)" +
         std::to_string(question.size) + "}\n";
}

std::variant<ModelAnswer, Wrong> parse_model_answer(const std::string& line, std::uint32_t frame) {
  const Message message(line, "result");
  if (message.object == nullptr) return Wrong{message.reason};
  const auto answered = number_of(json_object_get_member(message.object, "frame"));
  if (!answered || *answered != frame)
    return Wrong{"was asked about frame " + std::to_string(frame) + " and answered for another one: \"" +
                 line.substr(0, kMaxQuote) + "\""};
  JsonNode* list = json_object_get_member(message.object, "objects");
  if (list == nullptr || !JSON_NODE_HOLDS_ARRAY(list)) return Wrong{"gave an answer without a list \"objects\""};
  JsonArray* objects = json_node_get_array(list);
  ModelAnswer answer;
  for (guint i = 0; i < json_array_get_length(objects); ++i) {
    std::string reason;
    if (auto object = parse_object(json_array_get_element(objects, i), reason))
      answer.objects.push_back(std::move(object));
    else if (answer.left_out.empty())
      answer.left_out = "object " + std::to_string(i) + " " + reason;
  }
  return answer;
}

}  // namespace cvgst
