// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adjustables.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/user_error.h"

namespace {

// JavaScript has no larger whole number that is exact.
constexpr double kMostWhole = 9007199254740991;

struct Range {
  double least = 0;
  double most = 0;
  bool whole = true;
};

template <typename Spec>
Range range_in(const GParamSpec* spec, bool whole = true) {
  const auto* range = reinterpret_cast<const Spec*>(spec);
  return {static_cast<double>(range->minimum), static_cast<double>(range->maximum), whole};
}

// Of a number; otherwise nothing.
std::optional<Range> range_of(const GParamSpec* spec) {
  switch (G_TYPE_FUNDAMENTAL(spec->value_type)) {
    case G_TYPE_INT:
      return range_in<GParamSpecInt>(spec);
    case G_TYPE_UINT:
      return range_in<GParamSpecUInt>(spec);
    case G_TYPE_LONG:
      return range_in<GParamSpecLong>(spec);
    case G_TYPE_ULONG:
      return range_in<GParamSpecULong>(spec);
    case G_TYPE_INT64:
      return range_in<GParamSpecInt64>(spec);
    case G_TYPE_UINT64:
      return range_in<GParamSpecUInt64>(spec);
    case G_TYPE_FLOAT:
      return range_in<GParamSpecFloat>(spec, false);
    case G_TYPE_DOUBLE:
      return range_in<GParamSpecDouble>(spec, false);
    default:
      return std::nullopt;
  }
}

std::string text_of(double number) {
  std::array<char, G_ASCII_DTOSTR_BUF_SIZE> buffer{};
  return g_ascii_formatd(buffer.data(), buffer.size(), "%.15g", number);
}

protocol::Value value_of(GstElement* element, GParamSpec* spec) {
  g_auto(GValue) value = G_VALUE_INIT;
  g_value_init(&value, spec->value_type);
  g_object_get_property(G_OBJECT(element), spec->name, &value);
  if (G_VALUE_HOLDS_BOOLEAN(&value)) return static_cast<bool>(g_value_get_boolean(&value));
  if (G_VALUE_HOLDS_ENUM(&value)) {
    const auto* chosen = g_enum_get_value(G_PARAM_SPEC_ENUM(spec)->enum_class, g_value_get_enum(&value));
    return std::string(chosen ? chosen->value_nick : "");
  }
  g_auto(GValue) number = G_VALUE_INIT;
  g_value_init(&number, G_TYPE_DOUBLE);
  g_value_transform(&value, &number);
  return g_value_get_double(&number);
}

GParamSpec* spec_of(GstElement* element, const std::string& property) {
  return g_object_class_find_property(G_OBJECT_GET_CLASS(element), property.c_str());
}

// Throws UserError for one that can't be changed while it runs, or of which a viewer could not choose.
GParamSpec* adjustable_spec(const Adjustable& wanted, GstElement* element) {
  const std::string of = wanted.place + ": the property \"" + wanted.property + "\" of \"" + wanted.element + "\"";
  GParamSpec* spec = spec_of(element, wanted.property);
  if (!spec) {
    GstElementFactory* factory = gst_element_get_factory(element);
    throw UserError(
        of + " is not there" +
        (factory ? "; gst-inspect-1.0 " + std::string(GST_OBJECT_NAME(factory)) + " lists those that are" : ""));
  }
  constexpr int kNeeded = G_PARAM_READABLE | G_PARAM_WRITABLE;
  const bool before = spec->flags & (GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PAUSED);
  const bool fixed = spec->flags & G_PARAM_CONSTRUCT_ONLY || (before && !(spec->flags & GST_PARAM_MUTABLE_PLAYING));
  if ((spec->flags & kNeeded) != kNeeded || fixed) throw UserError(of + " can't be changed while the pipeline runs");
  if (!range_of(spec) && !G_IS_PARAM_SPEC_BOOLEAN(spec) && !G_IS_PARAM_SPEC_ENUM(spec))
    throw UserError(of + " is a " + g_type_name(spec->value_type) +
                    "; numbers, booleans and enumerations are adjustable");
  return spec;
}

// How far it goes. One that is outside of what the file says, as its start value, is inside.
void set_range(protocol::Property& property, const Adjustable& wanted, Range range) {
  for (const auto& limit : {wanted.least, wanted.most}) {
    if (limit && (*limit < range.least || *limit > range.most))
      throw UserError(wanted.place + ": " + text_of(*limit) + " is out of the range of \"" + wanted.name() +
                      "\", which is from " + text_of(range.least) + " to " + text_of(range.most));
  }
  const double now = std::get<double>(property.value);
  property.least = std::min(now, std::max(wanted.least.value_or(range.least), -kMostWhole));
  property.most = std::max(now, std::min(wanted.most.value_or(range.most), kMostWhole));
  property.whole = range.whole;
}

protocol::Property property_of(const Adjustable& wanted, GstElement* element) {
  GParamSpec* spec = adjustable_spec(wanted, element);
  protocol::Property property;
  property.name = wanted.name();
  property.title = g_param_spec_get_nick(spec);
  const char* blurb = g_param_spec_get_blurb(spec);
  property.description = blurb ? blurb : "";
  property.value = property.initial = value_of(element, spec);
  if (const auto range = range_of(spec)) {
    set_range(property, wanted, *range);
  } else if (wanted.least || wanted.most) {
    throw UserError(wanted.place + ": \"" + wanted.name() + "\" is no number; it has no min and no max");
  } else if (G_IS_PARAM_SPEC_ENUM(spec)) {
    const GEnumClass* all = G_PARAM_SPEC_ENUM(spec)->enum_class;
    for (guint i = 0; i < all->n_values; ++i)
      property.choices.push_back({all->values[i].value_nick, all->values[i].value_name});
  }
  return property;
}

// Why it can't have that value; "" if it can.
std::string wrong_with(const protocol::Property& property, const protocol::Value& value) {
  if (property.value.index() != value.index())
    return property.least ? "a number" : std::holds_alternative<bool>(property.value) ? "true or false" : "a text";
  if (const auto* number = std::get_if<double>(&value)) {
    const bool inside = *number >= *property.least && *number <= *property.most;
    if (inside && (!property.whole || *number == std::floor(*number))) return "";
    return std::string(property.whole ? "a whole number" : "a number") + " from " + text_of(*property.least) + " to " +
           text_of(*property.most);
  }
  const auto* chosen = std::get_if<std::string>(&value);
  if (!chosen ||
      std::ranges::find(property.choices, *chosen, &protocol::Property::Choice::value) != property.choices.end())
    return "";
  std::string all = "one of";
  for (const auto& choice : property.choices) all += ' ' + choice.value;
  return all;
}

}  // namespace

Adjustables::Adjustables(const std::vector<Adjustable>& wanted, GstElement* pipeline) : wanted_(wanted) {
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    const auto one = element(i, pipeline);
    if (!one)
      throw UserError(wanted_[i].place + ": no element in front of the payloaders is named \"" + wanted_[i].element +
                      "\"; give it that name with name=" + wanted_[i].element);
    auto property = property_of(wanted_[i], one.get());
    if (std::ranges::find(properties_, property.name, &protocol::Property::name) != properties_.end())
      throw UserError(wanted_[i].place + ": \"" + property.name + "\" is adjustable twice");
    properties_.push_back(std::move(property));
  }
}

std::variant<std::size_t, protocol::Error> Adjustables::check(const protocol::SetRequest& request) const {
  const auto found = std::ranges::find(properties_, request.name, &protocol::Property::name);
  if (found == properties_.end())
    return protocol::Error{"malformed", "\"" + request.name.substr(0, 80) + "\" is not adjustable here"};
  const std::string wrong = wrong_with(*found, request.value);
  if (!wrong.empty()) return protocol::Error{"malformed", "\"" + request.name + "\" must be " + wrong};
  return static_cast<std::size_t>(found - properties_.begin());
}

void Adjustables::apply(GstElement* pipeline) const {
  for (std::size_t i = 0; i < properties_.size(); ++i) {
    if (properties_[i].value == properties_[i].initial) continue;
    if (const auto one = element(i, pipeline)) set_value(one.get(), wanted_[i].property, properties_[i].value);
  }
}

GstPtr<GstElement> Adjustables::element(std::size_t which, GstElement* pipeline) const {
  return GstPtr<GstElement>(gst_bin_get_by_name(GST_BIN(pipeline), wanted_[which].element.c_str()));
}

protocol::Value set_value(GstElement* element, const std::string& property, const protocol::Value& value) {
  GParamSpec* spec = spec_of(element, property);
  g_auto(GValue) now = G_VALUE_INIT;
  g_value_init(&now, spec->value_type);
  if (const auto* number = std::get_if<double>(&value)) {
    g_auto(GValue) given = G_VALUE_INIT;
    g_value_init(&given, G_TYPE_DOUBLE);
    g_value_set_double(&given, *number);
    g_value_transform(&given, &now);
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    g_value_set_boolean(&now, *truth);
  } else if (const auto* chosen =
                 g_enum_get_value_by_nick(G_PARAM_SPEC_ENUM(spec)->enum_class, std::get<std::string>(value).c_str())) {
    g_value_set_enum(&now, chosen->value);
  }
  g_object_set_property(G_OBJECT(element), spec->name, &now);
  return value_of(element, spec);
}
