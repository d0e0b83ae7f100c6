// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/gstvideofilter.h>

G_BEGIN_DECLS
#define GST_TYPE_FRAME_LIMIT (gst_frame_limit_get_type())
G_DECLARE_FINAL_TYPE(GstFrameLimit, gst_frame_limit, GST, FRAME_LIMIT, GstVideoFilter)
GST_ELEMENT_REGISTER_DECLARE(framelimit)
G_END_DECLS
