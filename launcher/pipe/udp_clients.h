// SPDX-License-Identifier: LGPL-2.1-or-later
// Whom the UDP sinks of a pipeline send to.
#pragma once

#include <string>
#include <vector>

#include "base/gst_ptr.h"
#include "pipe_file.h"

// Those, as "host:port", that the text names in a property `clients` and that no sink has: the host could not be found.
// GStreamer leaves them out and says nothing.
std::vector<std::string> unfound_clients(const PipeText& pipe, GstElement* pipeline);
