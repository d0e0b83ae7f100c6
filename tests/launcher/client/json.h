// SPDX-License-Identifier: LGPL-2.1-or-later
// The little JSON that the test viewer reads and writes, over json-glib.
#pragma once

#include <json-glib/json-glib.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// One object, read from a text. Every field has a default: a wrong one is as good as none.
class JsonReading {
 public:
  explicit JsonReading(const char* text) {
    if (!json_parser_load_from_data(parser_, text, -1, nullptr)) return;
    JsonNode* root = json_parser_get_root(parser_);
    if (root != nullptr && JSON_NODE_HOLDS_OBJECT(root)) object_ = json_node_get_object(root);
  }
  ~JsonReading() { g_object_unref(parser_); }
  JsonReading(const JsonReading&) = delete;
  JsonReading& operator=(const JsonReading&) = delete;

  [[nodiscard]] std::string text(const char* name) const {
    const char* value = object_ != nullptr ? json_object_get_string_member_with_default(object_, name, "") : "";
    return value != nullptr ? value : "";
  }
  [[nodiscard]] int64_t integer(const char* name, int64_t otherwise) const {
    return object_ != nullptr ? json_object_get_int_member_with_default(object_, name, otherwise) : otherwise;
  }
  [[nodiscard]] double real(const char* name) const {
    return object_ != nullptr ? json_object_get_double_member_with_default(object_, name, 0) : 0;
  }
  [[nodiscard]] bool isNull(const char* name) const {
    return object_ == nullptr || !json_object_has_member(object_, name) || json_object_get_null_member(object_, name);
  }
  [[nodiscard]] unsigned length(const char* name) const {
    JsonNode* node = object_ != nullptr ? json_object_get_member(object_, name) : nullptr;
    return node != nullptr && JSON_NODE_HOLDS_ARRAY(node) ? json_array_get_length(json_node_get_array(node)) : 0;
  }

 private:
  JsonParser* parser_ = json_parser_new();
  JsonObject* object_ = nullptr;
};

/// One object, field after field.
class JsonWriting {
 public:
  JsonWriting() { json_builder_begin_object(builder_); }
  ~JsonWriting() { g_object_unref(builder_); }
  JsonWriting(const JsonWriting&) = delete;
  JsonWriting& operator=(const JsonWriting&) = delete;

  JsonWriting& add(const char* name, const std::string& value) {
    json_builder_set_member_name(builder_, name);
    json_builder_add_string_value(builder_, value.c_str());
    return *this;
  }
  JsonWriting& add(const char* name, const char* value) { return add(name, std::string(value)); }
  JsonWriting& add(const char* name, int64_t value) {
    json_builder_set_member_name(builder_, name);
    json_builder_add_int_value(builder_, value);
    return *this;
  }
  JsonWriting& add(const char* name, const std::vector<uint32_t>& values) {
    json_builder_set_member_name(builder_, name);
    json_builder_begin_array(builder_);
    for (const uint32_t value : values) json_builder_add_int_value(builder_, value);
    json_builder_end_array(builder_);
    return *this;
  }
  /// Values that are JSON objects.
  JsonWriting& add(const char* name, const std::map<std::string, std::string>& values) {
    json_builder_set_member_name(builder_, name);
    json_builder_begin_object(builder_);
    for (const auto& [key, value] : values) {
      json_builder_set_member_name(builder_, key.c_str());
      json_builder_add_value(builder_, json_from_string(value.c_str(), nullptr));
    }
    json_builder_end_object(builder_);
    return *this;
  }
  /// Ends the object; nothing can be added after it.
  std::string text() {
    json_builder_end_object(builder_);
    g_autoptr(JsonNode) root = json_builder_get_root(builder_);
    g_autofree char* text = json_to_string(root, FALSE);
    return text;
  }

 private:
  JsonBuilder* builder_ = json_builder_new();
};
