// SPDX-License-Identifier: LGPL-2.1-or-later
// What an element that works in place tells the one before it about memory.
#pragma once

#include <gst/base/gstbasetransform.h>

namespace cvgst {

// For propose_allocation: frames pass in place, so the next element chooses how they are allocated. If it also promises
// to crop them, that is not passed on: the element in between would get the whole picture.
bool pass_on_allocation(GstBaseTransform* element, GstQuery* query);

}  // namespace cvgst
