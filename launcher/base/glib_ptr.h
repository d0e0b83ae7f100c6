// SPDX-License-Identifier: LGPL-2.1-or-later
// Owners for GLib resources that are members or travel between functions (locals use g_autoptr).
#pragma once

#include <glib-object.h>

#include <memory>
#include <string>

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* p) const {
    Free(p);
  }
};

template <typename T>
using GObjectPtr = std::unique_ptr<T, Deleter<g_object_unref>>;

// Copies a g_malloc'ed char* into a string and frees it. NULL becomes "".
inline std::string take_string(char* text) {
  g_autofree char* owned = text;
  return owned ? owned : "";
}
