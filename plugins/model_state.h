// SPDX-License-Identifier: LGPL-2.1-or-later
// The messages by which modelproc tells whether its program runs. Their form is in its documentation.
#pragma once

#include <gst/gst.h>

#include <string>

#include "core/model_process.h"

namespace cvgst {

// `message` may have any bytes. With `fatal` a failure is an error, which ends the pipeline; otherwise it is a warning.
void post_model_state(GstElement* element, const std::string& model, core::ModelProcess::State state,
                      const std::string& message, bool fatal);

}  // namespace cvgst
