// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/gst_ptr.h"

// A new element of the same factory with the same properties where they are not the defaults.
GstPtr<GstElement> clone_element(GstElement* element);
