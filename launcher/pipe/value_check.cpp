// SPDX-License-Identifier: LGPL-2.1-or-later
#include "value_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/gst_ptr.h"
#include "caps_check.h"
#include "pipe_parts.h"

namespace {

// Encoders round a bit rate to thousands.
constexpr double kRounding = 0.1;

using ClassPtr = std::unique_ptr<GObjectClass, Deleter<g_type_class_unref>>;

ClassPtr class_of(const std::string& factory) {
  g_autoptr(GstElementFactory) found = gst_element_factory_find(factory.c_str());
  g_autoptr(GstPluginFeature) loaded = found ? gst_plugin_feature_load(GST_PLUGIN_FEATURE(found)) : nullptr;
  if (!loaded) return nullptr;
  const GType type = gst_element_factory_get_element_type(GST_ELEMENT_FACTORY(loaded));
  return ClassPtr(G_OBJECT_CLASS(g_type_class_ref(type)));
}

template <typename Spec>
std::string range_of(const GParamSpec* spec) {
  const auto* range = reinterpret_cast<const Spec*>(spec);
  return "a whole number from " + std::to_string(range->minimum) + " to " + std::to_string(range->maximum);
}

template <typename Spec>
std::string real_range_of(const GParamSpec* spec) {
  const auto* range = reinterpret_cast<const Spec*>(spec);
  const auto text = [](double number) {
    std::array<char, G_ASCII_DTOSTR_BUF_SIZE> buffer{};
    return std::string(g_ascii_formatd(buffer.data(), buffer.size(), "%g", number));
  };
  return "a number from " + text(range->minimum) + " to " + text(range->maximum);
}

template <typename Value>
std::string nicks_of(const Value* values, guint count) {
  std::string out;
  for (guint i = 0; i < count; ++i) out += (i ? ", " : "") + std::string(values[i].value_nick);
  return out;
}

// What a property takes. Nothing for types of which any text may be a value.
std::optional<std::string> taken_by(GParamSpec* spec) {
  switch (G_TYPE_FUNDAMENTAL(spec->value_type)) {
    case G_TYPE_INT:
      return range_of<GParamSpecInt>(spec);
    case G_TYPE_UINT:
      return range_of<GParamSpecUInt>(spec);
    case G_TYPE_LONG:
      return range_of<GParamSpecLong>(spec);
    case G_TYPE_ULONG:
      return range_of<GParamSpecULong>(spec);
    case G_TYPE_INT64:
      return range_of<GParamSpecInt64>(spec);
    case G_TYPE_UINT64:
      return range_of<GParamSpecUInt64>(spec);
    case G_TYPE_FLOAT:
      return real_range_of<GParamSpecFloat>(spec);
    case G_TYPE_DOUBLE:
      return real_range_of<GParamSpecDouble>(spec);
    case G_TYPE_BOOLEAN:
      return "true or false";
    case G_TYPE_ENUM: {
      const GEnumClass* all = G_PARAM_SPEC_ENUM(spec)->enum_class;
      return "one of " + nicks_of(all->values, all->n_values);
    }
    case G_TYPE_FLAGS: {
      const GFlagsClass* all = G_PARAM_SPEC_FLAGS(spec)->flags_class;
      return "one of " + nicks_of(all->values, all->n_values) + ", or several joined by \"+\"";
    }
    default:
      return std::nullopt;
  }
}

bool is_number(const GValue& value) {
  switch (G_TYPE_FUNDAMENTAL(G_VALUE_TYPE(&value))) {
    case G_TYPE_INT:
    case G_TYPE_UINT:
    case G_TYPE_LONG:
    case G_TYPE_ULONG:
    case G_TYPE_INT64:
    case G_TYPE_UINT64:
    case G_TYPE_FLOAT:
    case G_TYPE_DOUBLE:
      return true;
    default:
      return false;
  }
}

double number_in(const GValue& value) {
  g_auto(GValue) number = G_VALUE_INIT;
  g_value_init(&number, G_TYPE_DOUBLE);
  g_value_transform(&value, &number);
  return g_value_get_double(&number);
}

std::optional<double> number_of(const std::string& text) {
  char* end = nullptr;
  const double number = g_ascii_strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' ? std::optional(number) : std::nullopt;
}

// Whether GStreamer takes the text as the number that it says. To GStreamer "-5" is a large unsigned number, and "010"
// is eight.
bool means_what_it_says(const std::string& text, const GValue& value) {
  const auto said = is_number(value) ? number_of(text) : std::nullopt;
  return !said || std::abs(*said - number_in(value)) <= std::abs(*said) * 1e-6;
}

// Sets the property of an element of its own, and reads it back. Returns what the element makes of the value if that is
// something else.
std::optional<std::string> made_of(const PipeElement& element, const GParamSpec* spec, const GValue& value) {
  constexpr unsigned kNeeded = G_PARAM_READABLE | G_PARAM_WRITABLE;
  if ((spec->flags & kNeeded) != kNeeded || spec->flags & G_PARAM_CONSTRUCT_ONLY) return std::nullopt;
  // With a name of its own: names with a number in them are for the elements of the pipeline.
  const auto trial = gst_adopt(gst_element_factory_make(element.factory.c_str(), "cv-trial"));
  if (!trial) return std::nullopt;
  g_object_set_property(G_OBJECT(trial.get()), spec->name, &value);
  g_auto(GValue) now = G_VALUE_INIT;
  g_value_init(&now, spec->value_type);
  g_object_get_property(G_OBJECT(trial.get()), spec->name, &now);
  const bool same = is_number(value)
                        ? std::abs(number_in(now) - number_in(value)) <= std::abs(number_in(value)) * kRounding
                        : gst_value_compare(&value, &now) == GST_VALUE_EQUAL;
  return same ? std::nullopt : std::optional(take_string(gst_value_serialize(&now)));
}

void check_property(const PipeText& pipe, const PipeElement& element, GObjectClass* type,
                    const PipeProperty& property) {
  GParamSpec* spec = g_object_class_find_property(type, property.name.c_str());
  const auto taken = spec ? taken_by(spec) : std::nullopt;
  if (!taken) return;
  const auto& variables = property.token->insertions;
  if (property.value.empty() && variables.empty()) return;  // the value may be the next word: "name= value"
  const std::string wrong = pipe.place(property.token->line) + ": " +
                            (variables.empty() ? "\"" + property.token->text + "\"" : named(variables)) + ", but " +
                            element.factory;
  if (!(spec->flags & G_PARAM_WRITABLE))
    throw UserError(wrong + " only tells its " + property.name + "; it can't be set");
  g_auto(GValue) value = G_VALUE_INIT;
  g_value_init(&value, spec->value_type);
  bool good = !property.value.empty() && gst_value_deserialize_with_pspec(&value, property.value.c_str(), spec) &&
              !g_param_value_validate(spec, &value);
  // Who writes a file may know that -1 is the largest unsigned number.
  if (good && !variables.empty()) good = means_what_it_says(property.value, value);
  const std::string takes = " takes " + *taken + " as " + property.name + defaults_of(variables);
  if (!good) throw UserError(wrong + takes);
  if (variables.empty()) return;
  const auto made = made_of(element, spec, value);
  // what a file divides need not be a multiple of an element's unit
  const bool divided = std::ranges::any_of(variables, [](const Insertion& each) { return each.text != each.value; });
  if (made && !(divided && *made != "0")) throw UserError(wrong + " makes \"" + *made + "\" of it; it" + takes);
}

}  // namespace

void check_values(const PipeText& pipe) {
  const PipeParts parts = parts_of(pipe);
  check_caps(pipe, parts);
  for (const auto& element : parts.elements) {
    if (element.properties.empty()) continue;
    const ClassPtr type = class_of(element.factory);
    for (const auto& property : element.properties)
      if (type) check_property(pipe, element, type.get(), property);
  }
}

std::string set_in_caps(const PipeText& pipe) {
  std::vector<std::string> found;
  const auto add = [&found](const CapsField& field) {
    for (const auto& insertion : field.insertions) {
      std::string text = "--set " + insertion.variable + "=" + insertion.value;
      const bool is_new = std::find(found.begin(), found.end(), text) == found.end();
      if (is_new && insertion.fallback != insertion.value) found.push_back(std::move(text));
    }
  };
  for (const auto& caps : parts_of(pipe).caps) {
    add(caps.media);
    for (const auto& field : caps.fields) add(field);
  }
  std::string out;
  for (const auto& text : found) out += (out.empty() ? "" : " ") + text;
  return out;
}
