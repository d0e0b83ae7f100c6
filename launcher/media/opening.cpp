// SPDX-License-Identifier: LGPL-2.1-or-later
#include "opening.h"

#include "shm_source.h"

namespace {

// Asks the sources and not the pipeline: a clocksync that paces a file makes the pipeline look live.
bool has_live_source(GstElement* pipeline) {
  g_autoptr(GstIterator) sources = gst_bin_iterate_sources(GST_BIN(pipeline));
  bool live = false;
  gst_iterator_foreach(
      sources,
      [](const GValue* item, gpointer found) {
        auto* source = GST_ELEMENT(g_value_get_object(item));
        if (gst_element_get_state(source, nullptr, nullptr, 0) == GST_STATE_CHANGE_NO_PREROLL)
          *static_cast<bool*>(found) = true;
      },
      &live);
  return live;
}

}  // namespace

Opened open_source(GstElement* pipeline) {
  Opened opened;
  opened.trouble = absent_shm_source(pipeline);
  if (!opened.trouble.empty()) return opened;
  if (gst_element_set_state(pipeline, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE)
    opened.trouble = "the pipeline does not start";  // mostly a message on the bus comes first and says more
  opened.live = has_live_source(pipeline);
  return opened;
}

bool seek_to_start(GstElement* pipeline, GstSeekFlags more) {
  g_autoptr(GstQuery) query = gst_query_new_seeking(GST_FORMAT_TIME);
  gboolean seekable = FALSE;
  if (gst_element_query(pipeline, query)) gst_query_parse_seeking(query, nullptr, &seekable, nullptr, nullptr);
  const auto flags = static_cast<GstSeekFlags>(GST_SEEK_FLAG_SEGMENT | more);
  return seekable &&
         gst_element_seek(pipeline, 1.0, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0);
}
