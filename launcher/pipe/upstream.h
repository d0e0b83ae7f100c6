// SPDX-License-Identifier: LGPL-2.1-or-later
// Which elements lead to a pad.
#pragma once

#include <gst/gst.h>

#include <functional>

// Visits the elements upstream of the pad, on each way the nearest one first; of bins, those that are in them. An
// element is visited once for each way that leads through it. `visit` says whether to go on beyond it.
void look_upstream(GstPad* sink, const std::function<bool(GstElement*)>& visit);
