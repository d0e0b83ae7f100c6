// SPDX-License-Identifier: LGPL-2.1-or-later
// What elements say on a pipeline's bus, for people.
#pragma once

#include <gst/gst.h>

#include <string>

// The text of an error or a warning: which element, what it says, and in brackets its detail for developers.
std::string describe(GstMessage* message);
