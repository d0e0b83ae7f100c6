// SPDX-License-Identifier: LGPL-2.1-or-later
#include "allocation.h"

#include <gst/video/video.h>

namespace cvgst {

bool pass_on_allocation(GstBaseTransform* element, GstQuery* query) {
  if (!gst_pad_peer_query(element->srcpad, query)) return false;
  guint crop = 0;
  if (gst_query_find_allocation_meta(query, GST_VIDEO_CROP_META_API_TYPE, &crop))
    gst_query_remove_nth_allocation_meta(query, crop);
  return true;
}

}  // namespace cvgst
