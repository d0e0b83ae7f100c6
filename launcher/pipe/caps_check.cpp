// SPDX-License-Identifier: LGPL-2.1-or-later
#include "caps_check.h"

#include <algorithm>

#include "base/gst_ptr.h"
#include "core/shorten.h"

namespace {

constexpr std::size_t kMaxListed = 300;

using CapsPtr = std::unique_ptr<GstCaps, MiniObjectDeleter>;

std::string filter_name(const PipeCaps& caps) {
  return "cv-caps-" + std::to_string(caps.first);
}

bool has_variable(const PipeCaps& caps) {
  const auto uses = [](const CapsField& field) { return !field.insertions.empty(); };
  return uses(caps.media) || std::any_of(caps.fields.begin(), caps.fields.end(), uses);
}

bool is_known(const std::string& factory) {
  g_autoptr(GstElementFactory) found = gst_element_factory_find(factory.c_str());
  return found != nullptr;
}

// The pipeline with a capsfilter that takes anything in place of each caps with a variable, and without properties that
// have one: the value may be wrong too, or be two words. All elements get names, so that those of the pipeline which
// runs later are numbered from 0.
GstPtr<GstElement> open_pipeline(const PipeText& pipe, const PipeParts& parts) {
  std::vector<std::string> texts;
  texts.reserve(pipe.tokens.size());
  for (const auto& token : pipe.tokens) texts.push_back(token.text);
  for (const auto& element : parts.elements) {
    const auto is_name = [](const PipeProperty& property) { return property.name == "name"; };
    if (std::none_of(element.properties.begin(), element.properties.end(), is_name))
      texts[element.at] += " name=cv-trial-" + std::to_string(element.at);
    const bool rest_of_value = element.at > 0 && !pipe.tokens[element.at - 1].insertions.empty() &&
                               !pipe.tokens[element.at].insertions.empty() && !is_known(element.factory);
    if (rest_of_value) texts[element.at].clear();
    for (const auto& property : element.properties)
      if (!is_name(property) && !property.token->insertions.empty())
        texts[static_cast<std::size_t>(property.token - pipe.tokens.data())].clear();
  }
  for (const auto& caps : parts.caps) {
    if (!has_variable(caps)) continue;
    std::fill(texts.begin() + static_cast<long>(caps.first), texts.begin() + static_cast<long>(caps.end), "");
    texts[caps.first] = "capsfilter name=" + filter_name(caps);
  }
  std::string text;
  for (const auto& part : texts) text += part + " ";
  g_autoptr(GError) error = nullptr;
  return gst_adopt(gst_parse_launch_full(text.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
}

CapsPtr at_the_other_end(GstElement* filter, const char* name) {
  g_autoptr(GstPad) pad = gst_element_get_static_pad(filter, name);
  return CapsPtr(gst_pad_peer_query_caps(pad, nullptr));
}

// What the elements before and behind these caps can have between them, as far as they know before they run.
CapsPtr possible_at(GstElement* pipeline, const PipeCaps& caps) {
  g_autoptr(GstElement) filter = gst_bin_get_by_name(GST_BIN(pipeline), filter_name(caps).c_str());
  if (!filter) return nullptr;
  const auto before = at_the_other_end(filter, "sink");
  const auto behind = at_the_other_end(filter, "src");
  return CapsPtr(gst_caps_intersect(before.get(), behind.get()));
}

CapsPtr caps_from(const std::string& text) {
  return CapsPtr(gst_caps_from_string(text.c_str()));
}

bool can_have(GstCaps* possible, const std::string& text) {
  const CapsPtr caps = caps_from(text);
  return caps && gst_caps_can_intersect(caps.get(), possible);
}

std::string text_of(const GValue* value) {
  if (GST_VALUE_HOLDS_LIST(value)) {
    std::string out;
    for (guint i = 0; i < gst_value_list_get_size(value); ++i)
      out += (i ? ", " : "") + text_of(gst_value_list_get_value(value, i));
    return out;
  }
  if (GST_VALUE_HOLDS_INT_RANGE(value))
    return std::to_string(gst_value_get_int_range_min(value)) + " to " +
           std::to_string(gst_value_get_int_range_max(value));
  if (GST_VALUE_HOLDS_FRACTION_RANGE(value))
    return text_of(gst_value_get_fraction_range_min(value)) + " to " + text_of(gst_value_get_fraction_range_max(value));
  if (G_VALUE_HOLDS_STRING(value)) return g_value_get_string(value);
  return take_string(gst_value_serialize(value));
}

std::vector<std::string> media_types(const GstCaps* possible) {
  std::vector<std::string> found;
  for (guint i = 0; i < gst_caps_get_size(possible); ++i) {
    std::string type = gst_structure_get_name(gst_caps_get_structure(possible, i));
    if (std::find(found.begin(), found.end(), type) == found.end()) found.push_back(std::move(type));
  }
  return found;
}

// The values that a field may have. One that is part of another is left out.
std::vector<std::string> field_values(const GstCaps* possible, const std::string& media, const std::string& field) {
  std::vector<const GValue*> values;
  for (guint i = 0; i < gst_caps_get_size(possible); ++i) {
    const GstStructure* structure = gst_caps_get_structure(possible, i);
    const GValue* value = gst_structure_get_value(structure, field.c_str());
    if (!value || !gst_structure_has_name(structure, media.c_str())) continue;
    const auto has_all_of_it = [value](const GValue* other) { return gst_value_is_subset(value, other); };
    if (std::any_of(values.begin(), values.end(), has_all_of_it)) continue;
    std::erase_if(values, [value](const GValue* other) { return gst_value_is_subset(other, value); });
    values.push_back(value);
  }
  std::vector<std::string> found;
  for (const GValue* value : values) {
    std::string text = text_of(value);
    if (std::find(found.begin(), found.end(), text) == found.end()) found.push_back(std::move(text));
  }
  return found;
}

// The values that a field may have, or, for a field without a name, the media types.
std::string possible_values(const GstCaps* possible, const std::string& media, const std::string& field) {
  std::string out;
  for (const auto& text : field.empty() ? media_types(possible) : field_values(possible, media, field))
    out += (out.empty() ? "" : ", or ") + text;
  return shorten(out, kMaxListed);
}

[[noreturn]] void refuse(const PipeText& pipe, const PipeCaps& caps, const CapsField& field, const GstCaps* possible) {
  // "video/x-raw(memory:…)"
  const std::string media = caps.media.text.substr(0, caps.media.text.find('('));
  std::string text = pipe.place(pipe.tokens[caps.first].line) + ": " + named(field.insertions) + ", but ";
  const std::string values = possible ? possible_values(possible, media, field.name) : "";
  const std::string what = field.name.empty() ? "the media type" : field.name;
  text += values.empty() ? "no " + what + " can be that here" : what + " can be " + values + " here";
  if (field.name == "framerate") text += "; a number such as 30 or 29.97 will do, or a fraction such as 30000/1001";
  throw UserError(text + defaults_of(field.insertions));
}

}  // namespace

void check_caps(const PipeText& pipe, const PipeParts& parts) {
  if (std::none_of(parts.caps.begin(), parts.caps.end(), has_variable)) return;
  const auto pipeline = open_pipeline(pipe, parts);
  if (!pipeline || !GST_IS_BIN(pipeline.get())) return;
  for (const auto& caps : parts.caps) {
    const CapsPtr possible = possible_at(pipeline.get(), caps);
    if (!possible || gst_caps_is_empty(possible.get())) continue;
    if (!can_have(possible.get(), caps.media.text)) {
      if (!caps.media.insertions.empty()) refuse(pipe, caps, caps.media, possible.get());
      continue;
    }
    for (const auto& field : caps.fields)
      if (!field.insertions.empty() && !can_have(possible.get(), caps.media.text + "," + field.text))
        refuse(pipe, caps, field, possible.get());
  }
}
