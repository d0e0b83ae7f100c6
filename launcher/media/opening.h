// SPDX-License-Identifier: LGPL-2.1-or-later
// Opens a pipeline's source and seeks in it. Both may take as long as a disk, a network or a camera wants: not for the
// main thread.
#pragma once

#include <gst/gst.h>

#include <string>

struct Opened {
  std::string trouble;  // why it can't start, or ""
  bool live = false;    // its frames come when they are made; it can't be sought in
};

// Sets the pipeline to PAUSED.
Opened open_source(GstElement* pipeline);

// Back to the first frame, for a segment of its own: at its end it can go back again, without a gap in its running
// time. False if the source can't do that.
bool seek_to_start(GstElement* pipeline, GstSeekFlags more);
