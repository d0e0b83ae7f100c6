// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames for the tests to push, and a look into those that arrive.
#pragma once

#include <gst/video/video.h>

#include <future>
#include <string>
#include <vector>

#include "gst_ptr.h"
#include "video_frame.h"

inline const std::vector<std::string> kFormats{"I420", "NV12", "YUY2", "GRAY8", "BGR",
                                               "RGB",  "BGRx", "RGBx", "BGRA",  "RGBA"};

inline std::string caps_text(const std::string& format, int width, int height, const std::string& rate = "30/1") {
  return "video/x-raw,format=" + format + ",width=" + std::to_string(width) + ",height=" + std::to_string(height) +
         ",framerate=" + rate;
}

inline GstVideoInfo info_of(const std::string& caps_text) {
  const Ptr<GstCaps> caps(gst_caps_from_string(caps_text.c_str()));
  GstVideoInfo info;
  gst_video_info_from_caps(&info, caps.get());
  return info;
}

// A black frame; with padding, its rows are longer than its caps say and a video meta tells.
Ptr<GstBuffer> black_frame(const GstVideoInfo& info, GstClockTime pts = 0, bool padded = false);

// All its bytes, row padding left out.
std::vector<std::uint8_t> bytes_of(const GstVideoInfo& info, GstBuffer* buffer);

// The sample of a component that has a picture position.
std::uint8_t sample_at(const GstVideoInfo& info, GstBuffer* buffer, int component, int x, int y);

// A harness that runs these elements and takes these caps from and to them.
Ptr<GstHarness> play(const std::string& launch_line, const std::string& src_caps, const std::string& sink_caps = "");
// A harness for a line that starts with a source.
Ptr<GstHarness> play_source(const std::string& launch_line, const std::string& sink_caps);

// Pushes the frame from a thread of its own. Returns when the frame is in the element; the result comes later.
std::future<GstFlowReturn> push_into(GstHarness* harness, const char* factory, Ptr<GstBuffer> frame);

// CvInferenceMeta, or null.
const GstStructure* inference_of(GstBuffer* buffer);
// Whether it says that the model did not see the frame.
bool skipped(GstBuffer* buffer);
// Pushes copies of the frame until the model has seen one, and returns that.
Ptr<GstBuffer> seen(GstHarness* harness, const Ptr<GstBuffer>& frame);

// Regions of one type (or of all, for an empty one).
std::vector<GstVideoRegionOfInterestMeta*> regions_of(GstBuffer* buffer, const std::string& type = "");
double field_of(GstVideoRegionOfInterestMeta* region, const char* name);

// The last element message with this name that was posted to the bus.
Ptr<GstMessage> last_message(GstBus* bus, const char* name);
