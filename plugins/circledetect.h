// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

bool register_circledetect(GstPlugin* plugin);
