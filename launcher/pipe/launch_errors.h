// SPDX-License-Identifier: LGPL-2.1-or-later
// gst_parse_launch with messages for people: file, line, token, and the Debian package of a missing element.
#pragma once

#include <string>
#include <string_view>

#include "base/gst_ptr.h"
#include "pipe_file.h"

// The parsed pipeline. Throws UserError.
GstPtr<GstElement> launch(const PipeText& pipe);

// The Debian package that has the element, or "" where we don't know.
std::string_view debian_package(std::string_view element);
