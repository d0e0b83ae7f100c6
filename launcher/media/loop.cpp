// SPDX-License-Identifier: LGPL-2.1-or-later
#include "loop.h"

#include <cstring>

namespace {

struct Played {  // of one stream; its streaming thread only
  GstSegment segment{};
  guint64 end = 0;  // running time
};

void remember(Played& played, GstBuffer* buffer) {
  if (played.segment.format != GST_FORMAT_TIME || !GST_BUFFER_PTS_IS_VALID(buffer)) return;
  const guint64 start = gst_segment_to_running_time(&played.segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  if (!GST_CLOCK_TIME_IS_VALID(start)) return;
  played.end = MAX(played.end, start + (GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : 0));
}

// The segment event, changed to begin behind what was played. Takes `event`.
GstEvent* moved_behind(Played& played, GstEvent* event) {
  gst_event_copy_segment(event, &played.segment);
  if (played.segment.format != GST_FORMAT_TIME || played.segment.base >= played.end) return event;
  played.segment.base = played.end;
  GstEvent* moved = gst_event_new_segment(&played.segment);
  gst_event_set_seqnum(moved, gst_event_get_seqnum(event));
  gst_event_unref(event);
  return moved;
}

GstPadProbeReturn watch(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto& played = *static_cast<Played*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    remember(played, GST_PAD_PROBE_INFO_BUFFER(info));
    return GST_PAD_PROBE_OK;
  }
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) played.end = 0;
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) info->data = moved_behind(played, event);
  return GST_PAD_PROBE_OK;
}

void watch_pad(GstElement*, GstPad* pad, gpointer) {
  if (GST_PAD_IS_SRC(pad))
    gst_pad_add_probe(pad,
                      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                                   GST_PAD_PROBE_TYPE_EVENT_FLUSH),
                      watch, new Played, [](gpointer data) { delete static_cast<Played*>(data); });
}

// Demuxers, and the bins that choose one (decodebin, uridecodebin).
bool makes_streams(GstElement* element) {
  const char* klass = gst_element_get_metadata(element, GST_ELEMENT_METADATA_KLASS);
  return klass && (std::strstr(klass, "Demux") || (GST_IS_BIN(element) && std::strstr(klass, "Decoder")));
}

}  // namespace

void keep_loops_apart(GstElement* pipeline) {
  g_autoptr(GstIterator) elements = gst_bin_iterate_recurse(GST_BIN(pipeline));
  gst_iterator_foreach(
      elements,
      [](const GValue* item, gpointer) {
        auto* element = GST_ELEMENT(g_value_get_object(item));
        if (makes_streams(element)) g_signal_connect(element, "pad-added", G_CALLBACK(watch_pad), nullptr);
      },
      nullptr);
}
