// SPDX-License-Identifier: LGPL-2.1-or-later
#include "clone_element.h"

#include <cstring>

GstPtr<GstElement> clone_element(GstElement* element) {
  GstPtr<GstElement> copy = gst_adopt(gst_element_factory_create(gst_element_get_factory(element), nullptr));
  guint count = 0;
  g_autofree GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
  for (guint i = 0; i < count; ++i) {
    const GParamSpec* spec = specs[i];
    if ((spec->flags & G_PARAM_READWRITE) != G_PARAM_READWRITE || spec->flags & G_PARAM_CONSTRUCT_ONLY) continue;
    if (std::strcmp(spec->name, "name") == 0 || std::strcmp(spec->name, "parent") == 0) continue;
    g_auto(GValue) value = G_VALUE_INIT;
    g_value_init(&value, spec->value_type);
    g_object_get_property(G_OBJECT(element), spec->name, &value);
    if (!g_param_value_defaults(specs[i], &value)) g_object_set_property(G_OBJECT(copy.get()), spec->name, &value);
  }
  return copy;
}
