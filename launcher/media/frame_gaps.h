// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps libvpx from taking a gap between frames for a lower frame rate.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <memory>

// `encoder`: a vp8enc or vp9enc; for as long as it exists. What is returned is set when the encoder has slept: then the
// next frame becomes a key frame.
std::shared_ptr<std::atomic<bool>> bridge_gaps(GstElement* encoder);
