// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the other end of a shmsrc is there.
#pragma once

#include <gst/gst.h>

#include <string>

// What a shmsrc of the pipeline would say if it were started now and nobody gave it frames; "" otherwise. Started all
// the same, it would break a rule of GStreamer each time (1.22.0, and the newest): when gst_shm_src_start_reading can't
// connect, it calls gst_shm_pipe_dec, which takes a descriptor out of its GstPoll that was never put in. That is a
// critical. The pipeline's models would be started for nothing, too.
std::string absent_shm_source(GstElement* pipeline);
