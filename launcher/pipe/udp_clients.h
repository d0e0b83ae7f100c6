// SPDX-License-Identifier: LGPL-2.1-or-later
// Whom the UDP sinks of a pipeline send to.
#pragma once

#include <string>
#include <vector>

#include "base/gst_ptr.h"
#include "pipe_file.h"

struct UnfoundClient {
  std::string client;       // "host:port"
  GstPtr<GstElement> sink;  // null: it may be one or the other
};

// Those that the text names in a property `clients` and that the sink does not have: the host could not be found.
// GStreamer leaves them out and says nothing.
std::vector<UnfoundClient> unfound_clients(const PipeText& pipe, GstElement* pipeline);
