// SPDX-License-Identifier: LGPL-2.1-or-later
// What comes with the results that reach a sink "results…".
#pragma once

#include <gst/video/video.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/gst_ptr.h"
#include "base/protocol.h"
#include "timebase.h"

// The state of a model, if an element tells it in this message. Its form is in the documentation of modelproc.
std::optional<protocol::ModelState> read_model_state(GstMessage* message);

// Reads each inference of this run that comes to `sink`. `told` (any thread) gets its result once for each of
// `framestamps`, which write the stamps of those who show it (null: there is no stamp): whether the model saw the whole
// picture, with the rows of the stamp, depends on that.
void watch_results(GstElement* sink, RunTime run, std::shared_ptr<const Timebase> timebase,
                   std::vector<GstPtr<GstElement>> framestamps,
                   std::function<void(std::vector<protocol::Result>)> told);
