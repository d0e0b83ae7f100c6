// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/gstvideofilter.h>

G_BEGIN_DECLS
#define GST_TYPE_OVERLAY_DRAW (gst_overlay_draw_get_type())
G_DECLARE_FINAL_TYPE(GstOverlayDraw, gst_overlay_draw, GST, OVERLAY_DRAW, GstVideoFilter)
GST_ELEMENT_REGISTER_DECLARE(overlaydraw)
G_END_DECLS
