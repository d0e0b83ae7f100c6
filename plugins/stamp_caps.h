// SPDX-License-Identifier: LGPL-2.1-or-later
// How the rows that framestamp adds change caps.
#pragma once

#include <gst/gst.h>

namespace cvgst {

// Changes heights of pictures into heights of stamped pictures, or back. Structures that have no such height are
// removed.
void transform_heights(GstCaps* caps, bool to_stamped);

}  // namespace cvgst
