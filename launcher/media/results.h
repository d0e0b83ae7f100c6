// SPDX-License-Identifier: LGPL-2.1-or-later
// What comes with the results that reach a sink "results…".
#pragma once

#include <gst/video/video.h>

#include <optional>

#include "base/protocol.h"

// The state of a model, if an element tells it in this message. Its form is in the documentation of modelproc.
std::optional<protocol::ModelState> read_model_state(GstMessage* message);

// Whether pictures that come to this pad are all of the video's, with the rows of its stamp. They are not if
// `framestamp` (null: there is no stamp) adds these rows on another branch.
bool sees_whole_picture(GstPad* sink, GstElement* framestamp);
