// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS
#define GST_TYPE_RESULT_JSON (gst_result_json_get_type())
G_DECLARE_FINAL_TYPE(GstResultJson, gst_result_json, GST, RESULT_JSON, GstBaseTransform)
GST_ELEMENT_REGISTER_DECLARE(resultjson)
G_END_DECLS
