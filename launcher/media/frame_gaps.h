// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps libvpx from taking a gap between frames for a lower frame rate.
#pragma once

#include <gst/gst.h>

// `sink`: of vp8enc or vp9enc. For as long as the pad exists.
void bridge_gaps(GstPad* sink);
