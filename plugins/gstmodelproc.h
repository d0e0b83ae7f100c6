// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/gstvideofilter.h>

G_BEGIN_DECLS
#define GST_TYPE_MODEL_PROC (gst_model_proc_get_type())
G_DECLARE_FINAL_TYPE(GstModelProc, gst_model_proc, GST, MODEL_PROC, GstVideoFilter)
GST_ELEMENT_REGISTER_DECLARE(modelproc)
G_END_DECLS
