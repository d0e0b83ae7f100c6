// SPDX-License-Identifier: LGPL-2.1-or-later
// Cuts a parsed pipeline in front of its RTP payloaders: what is before runs once (the producer) and ends in an appsink
// of encoded frames; what is behind is the template of every viewer's own pipeline.
#pragma once

#include <vector>

#include "base/gst_ptr.h"
#include "pipe_file.h"

struct CutStream {
  GstPtr<GstElement> appsink;             // in the producer: encoded frames
  std::vector<GstPtr<GstElement>> chain;  // payloader … webrtcbin's neighbour; never run
};

struct CutPipeline {
  GstPtr<GstElement> producer;
  GstPtr<GstElement> webrtcbin;  // the first one: the template of each viewer's; never run
  std::vector<CutStream> streams;
  std::vector<GstPtr<GstElement>> results;  // sinks named "results…"
  GstPtr<GstElement> framestamp;            // the one that writes stamps, if there is one
};

// Throws UserError where the pipeline can't be shown to a browser.
CutPipeline cut(const PipeText& pipe);
