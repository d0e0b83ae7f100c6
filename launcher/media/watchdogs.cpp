// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watchdogs.h"

#include <algorithm>

#include "base/deadlines.h"

void Watchdogs::hold(GstElement* pipeline) {
  held_.clear();
  g_autoptr(GstIterator) found = gst_bin_iterate_all_by_element_factory_name(GST_BIN(pipeline), "watchdog");
  gst_iterator_foreach(
      found,
      [](const GValue* item, gpointer list) {
        auto* watchdog = GST_ELEMENT(g_value_get_object(item));
        int timeout = 0;
        g_object_get(watchdog, "timeout", &timeout, nullptr);
        if (timeout == 0) return;  // switched off
        g_object_set(watchdog, "timeout", std::max(timeout, static_cast<int>(deadlines().first_frame.count())),
                     nullptr);
        static_cast<decltype(held_)*>(list)->emplace_back(gst_share(watchdog), timeout);
      },
      &held_);
}

void Watchdogs::release() {
  for (const auto& [watchdog, timeout] : held_) g_object_set(watchdog.get(), "timeout", timeout, nullptr);
  held_.clear();
}
