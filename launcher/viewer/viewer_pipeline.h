// SPDX-License-Identifier: LGPL-2.1-or-later
// One viewer's own pipeline, `appsrc ! payloader ! webrtcbin`, made after the file's template. Also sets up what
// webrtcbin needs before it runs. That was read in its source in 1.22.0 and 1.26.2, which Debian 12 and 13 have.
#pragma once

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ice_servers.h"
#include "media/output.h"
#include "playout_delay.h"
#include "rtp_clock.h"
#include "rtp_network.h"

class Reaper;

struct ViewerStream {
  GstPtr<GstPad> webrtc_pad;
  GObjectPtr<GstWebRTCRTPTransceiver> transceiver;
  std::shared_ptr<Feed> feed;
  GstPtr<CvPlayoutDelay> playout_delay;  // of video; otherwise null
  std::shared_ptr<RtpClock> rtp;
  std::shared_ptr<RtpNetwork> network;  // of video; otherwise null
};

struct ViewerPipeline {
  GstPtr<GstElement> pipeline;
  GstPtr<GstElement> webrtcbin;
  unsigned sharers = 1;  // so many outputs' streams it carries
  GObjectPtr<GstWebRTCDataChannel> results;
  GObjectPtr<GstWebRTCDataChannel> control;
  bool relayed = false;  // a TURN server may hold an address for it
  // When something came from the other end, on the monotonic clock in µs; 0: not yet.
  std::shared_ptr<std::atomic<gint64>> heard = std::make_shared<std::atomic<gint64>>(0);
};

// `output`: of the first streams that it will carry. `login`: of the TURN servers. The pipeline does not run yet.
// Throws std::runtime_error.
ViewerPipeline make_viewer_pipeline(const Output& output, const Ice& ice, const stun::Login& login,
                                    const std::string& name);

// Those of an output, before the pipeline runs; that may be another one than the first. Throws std::runtime_error.
std::vector<ViewerStream> add_streams(ViewerPipeline& viewer, const Output& output);

// One more, while webrtcbin gathers candidates or has done so.
void add_turn_server(ViewerPipeline& viewer, const IceServer& server);

// Only possible once webrtcbin is READY, and needed before the offer is made.
void make_channels(ViewerPipeline& viewer);

// Ends the pipeline away from the main thread, after webrtcbin has replied to `asked`, the last request to it.
void end_viewer_pipeline(ViewerPipeline viewer, PromisePtr asked, Reaper& reaper);
