// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the other end of a shmsrc is there.
#pragma once

#include <gst/gst.h>

#include <string>

// The error that a shmsrc of the pipeline would post if it were started now and nobody gave it frames; "" otherwise. To
// start it and see would cost a critical each time (GStreamer 1.22.0, and the newest): when gst_shm_src_start_reading
// can't connect, it calls gst_shm_pipe_dec, which takes a descriptor out of a GstPoll where it never was. It would also
// start the pipeline's models for nothing.
std::string absent_shm_source(GstElement* pipeline);
