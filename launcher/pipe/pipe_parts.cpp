// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipe_parts.h"

#include <glib.h>

#include <algorithm>

namespace {

bool in_name(char c) {
  return g_ascii_isalnum(c) || c == '-' || c == '_' || c == '%' || c == ':';
}

bool in_media_type(char c) {
  return g_ascii_isalnum(c) || c == '-';
}

std::size_t size_while(std::string_view text, bool (*belongs)(char)) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), belongs) - text.begin());
}

bool is_link(const PipeToken& token) {
  return token.text == "!" || token.text == ":";
}

// "video/x-raw", or anything with fields behind it: "a,width=5"
bool is_caps(std::string_view text) {
  const auto size = size_while(text, in_media_type);
  if (size == 0 || size + 1 >= text.size()) return false;
  return text[size] == ',' || (text[size] == '/' && in_media_type(text[size + 1]));
}

bool is_factory(std::string_view text) {
  return size_while(text, [](char c) { return in_name(c) && c != ':'; }) == text.size();
}

std::string plain(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    out += value[i];
  }
  return out;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && g_ascii_isspace(text.front())) text.remove_prefix(1);
  while (!text.empty() && g_ascii_isspace(text.back())) text.remove_suffix(1);
  return std::string(text);
}

// The text of some tokens, with a space between two.
Expanded joined(const PipeText& pipe, std::size_t first, std::size_t end) {
  Expanded out;
  for (std::size_t i = first; i < end; ++i) {
    if (i > first) out.text += ' ';
    for (Insertion insertion : pipe.tokens[i].insertions) {
      insertion.from += out.text.size();
      insertion.to += out.text.size();
      out.insertions.push_back(std::move(insertion));
    }
    out.text += pipe.tokens[i].text;
  }
  return out;
}

CapsField field_of(const Expanded& caps, std::size_t from, std::size_t to) {
  CapsField field;
  field.text = trimmed(std::string_view(caps.text).substr(from, to - from));
  const auto equals = field.text.find('=');
  if (equals != std::string::npos) field.name = trimmed(field.text.substr(0, equals));
  for (const auto& insertion : caps.insertions)
    if (insertion.from <= to && insertion.to >= from) field.insertions.push_back(insertion);
  return field;
}

// Splits at the commas that are in no bracket and in no quote.
std::vector<CapsField> fields_of(const Expanded& caps) {
  std::vector<CapsField> fields;
  Quoting quoting;
  int depth = 0;
  std::size_t from = 0;
  for (std::size_t i = 0; i < caps.text.size(); ++i) {
    const char c = caps.text[i];
    if (quoting.quote == 0 && !quoting.escaped) {
      if (c == '[' || c == '{' || c == '(' || c == '<') ++depth;
      if (c == ']' || c == '}' || c == ')' || c == '>') --depth;
      if (c == ',' && depth == 0) {
        fields.push_back(field_of(caps, from, i));
        from = i + 1;
      }
    }
    quoting.feed(c);
  }
  fields.push_back(field_of(caps, from, caps.text.size()));
  return fields;
}

}  // namespace

PipeParts parts_of(const PipeText& pipe) {
  PipeParts parts;
  PipeElement* element = nullptr;  // the one that properties belong to
  for (std::size_t i = 0; i < pipe.tokens.size(); ++i) {
    const PipeToken& token = pipe.tokens[i];
    if (i > 0 && is_link(pipe.tokens[i - 1]) && is_caps(token.text)) {
      std::size_t end = i;
      while (end < pipe.tokens.size() && !is_link(pipe.tokens[end])) ++end;
      const Expanded text = joined(pipe, i, end);
      auto fields = fields_of(text);
      if (text.text.find(';') == std::string::npos) {
        CapsField media = std::move(fields.front());
        fields.erase(fields.begin());
        parts.caps.push_back({std::move(media), std::move(fields), i, end});
      }
      i = end - 1;
      element = nullptr;
      continue;
    }
    const auto size = size_while(token.text, in_name);
    if (size > 0 && size < token.text.size() && token.text[size] == '=') {
      if (element)
        element->properties.push_back({token.text.substr(0, size), plain(token.text.substr(size + 1)), &token});
      continue;
    }
    element = nullptr;
    if (is_factory(token.text)) element = &parts.elements.emplace_back(PipeElement{token.text, {}, i});
  }
  return parts;
}
