// SPDX-License-Identifier: LGPL-2.1-or-later
// A file that is played again and again has one running time through all its loops.
#pragma once

#include <gst/gst.h>

// Makes each new segment of the pipeline's demuxers begin where the last frame ended. By itself a demuxer begins the
// next loop at the running time where the last frame of this loop began, so two frames would have the same id:
// gst_segment_do_seek takes the segment's position, which avidemux, matroskademux before 1.24 and qtdemux before 1.26
// leave at the last timestamp.
void keep_loops_apart(GstElement* pipeline);
