// SPDX-License-Identifier: LGPL-2.1-or-later
// GObject properties that are fields of an element's Settings: installed, set and read in one place.
#pragma once

#include <glib-object.h>

#include <variant>
#include <vector>

namespace cvgst {

template <typename Settings>
class PropertyTable {
 public:
  using Field = std::variant<bool Settings::*, int Settings::*, guint Settings::*, gint64 Settings::*,
                             guint64 Settings::*, double Settings::*>;

  // Numbers the properties from 1 in the order of these calls.
  void install(GObjectClass* klass, GParamSpec* spec, Field field) {
    fields_.push_back(field);
    g_object_class_install_property(klass, static_cast<guint>(fields_.size()), spec);
  }
  guint count() const { return static_cast<guint>(fields_.size()); }

  // For set() and get() the caller holds the lock of `settings`. They return false for a property that is not in the
  // table.
  bool set(Settings& settings, guint id, const GValue* value) const {
    if (id == 0 || id > fields_.size()) return false;
    std::visit([&](auto field) { read(settings.*field, value); }, fields_[id - 1]);
    return true;
  }
  bool get(const Settings& settings, guint id, GValue* value) const {
    if (id == 0 || id > fields_.size()) return false;
    std::visit([&](auto field) { write(settings.*field, value); }, fields_[id - 1]);
    return true;
  }

 private:
  static void read(bool& field, const GValue* value) { field = g_value_get_boolean(value) != FALSE; }
  static void read(int& field, const GValue* value) {
    field = G_VALUE_HOLDS_ENUM(value) ? g_value_get_enum(value) : g_value_get_int(value);
  }
  static void read(guint& field, const GValue* value) { field = g_value_get_uint(value); }
  static void read(gint64& field, const GValue* value) { field = g_value_get_int64(value); }
  static void read(guint64& field, const GValue* value) { field = g_value_get_uint64(value); }
  static void read(double& field, const GValue* value) { field = g_value_get_double(value); }

  static void write(bool field, GValue* value) { g_value_set_boolean(value, field ? TRUE : FALSE); }
  static void write(int field, GValue* value) {
    if (G_VALUE_HOLDS_ENUM(value))
      g_value_set_enum(value, field);
    else
      g_value_set_int(value, field);
  }
  static void write(guint field, GValue* value) { g_value_set_uint(value, field); }
  static void write(gint64 field, GValue* value) { g_value_set_int64(value, field); }
  static void write(guint64 field, GValue* value) { g_value_set_uint64(value, field); }
  static void write(double field, GValue* value) { g_value_set_double(value, field); }

  std::vector<Field> fields_;
};

}  // namespace cvgst
