// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "base/gst_ptr.h"

// A new element of the same factory. Properties that are not at their default are copied.
GstPtr<GstElement> clone_element(GstElement* element);
