// SPDX-License-Identifier: LGPL-2.1-or-later
#include "upstream.h"

#include "base/gst_ptr.h"

void look_upstream(GstPad* sink, const std::function<bool(GstElement*)>& visit) {
  g_autoptr(GstPad) source = gst_pad_get_peer(sink);
  if (!source) return;
  // At the edge of a bin the pad is a ghost's, or behind one, which belongs to no element.
  g_autoptr(GstElement) element = gst_pad_get_parent_element(source);
  if (element && !GST_IS_BIN(element) && !visit(element)) return;
  g_autoptr(GstIterator) inputs = gst_pad_iterate_internal_links(source);
  if (inputs) {
    g_auto(GValue) input = G_VALUE_INIT;
    while (gst_iterator_next(inputs, &input) == GST_ITERATOR_OK) {
      look_upstream(GST_PAD(g_value_get_object(&input)), visit);
      g_value_reset(&input);
    }
  } else if (element) {
    // an input-selector that has chosen none yet tells of none
    for (GList* pad = element->sinkpads; pad; pad = pad->next) look_upstream(GST_PAD(pad->data), visit);
  }
}
