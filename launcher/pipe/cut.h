// SPDX-License-Identifier: LGPL-2.1-or-later
// Cuts a parsed pipeline in front of its RTP payloaders. The part before the cut, the producer, runs once and ends in
// an appsink of encoded frames. The part behind the cut is the template of every viewer's own pipeline.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/gst_ptr.h"
#include "pipe_file.h"

// One encoding of a stream.
struct CutRung {
  GstPtr<GstElement> appsink;     // the producer's end: takes encoded frames
  GstPtr<GstElement> framestamp;  // writes the stamps into its pictures; or null
  GstPtr<GstElement> libvpx;      // vp8enc or vp9enc, if it encodes by that; or null
  GstPtr<GstPad> entry;           // where what only this encoding needs begins, behind a tee; or null
};

struct CutStream {
  // A payloader behind an input-selector takes several encodings of the same picture, the best one first.
  std::vector<CutRung> rungs;
  std::string place;                      // "file:line" of the input-selector; "" if there is none
  std::vector<GstPtr<GstElement>> chain;  // from the payloader to the last element before webrtcbin; never run
  std::string media;                      // what the payloader takes: "video", "audio" …
};

// What one page shows.
struct CutOutput {
  std::string name{};                // the webrtcbin's, where there are several outputs; otherwise ""
  std::string place{};               // "file:line" of that webrtcbin; otherwise ""
  GstPtr<GstElement> webrtcbin{};    // the template of each viewer's; never run
  std::vector<CutStream> streams{};  // at most one of each medium, the video first; each has a payload type of its own
};

struct CutPipeline {
  GstPtr<GstElement> producer;
  // Where more than one webrtcbin has video each webrtcbin is one, in the order of the file. Otherwise there is one
  // output, of all webrtcbins.
  std::vector<CutOutput> outputs;
  // By an element: the outputs that show what it sees, by their place in `outputs`. Only of several outputs, and only
  // of elements of which that is known.
  std::map<const GstElement*, std::set<std::size_t>> shown_by;
  std::vector<GstPtr<GstElement>> results;       // sinks named "results…"
  std::vector<GstPtr<GstElement>> framestamps;   // all that write stamps
  std::vector<GstPtr<GstElement>> result_texts;  // resultjson: they name frames as well
};

inline constexpr std::size_t kMaxRungs = 8;

// Throws UserError if the pipeline can't be shown to a browser.
CutPipeline cut(const PipeText& pipe);
