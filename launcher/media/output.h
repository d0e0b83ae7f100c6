// SPDX-License-Identifier: LGPL-2.1-or-later
// What one page shows of the pipeline file, through all runs of its source: the template of each viewer's pipeline.
// Main thread.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/gst_ptr.h"
#include "pipe/cut.h"
#include "stream.h"
#include "timebase.h"

class Output {
 public:
  // Of its first run.
  Output(CutOutput of, std::shared_ptr<const Timebase> timebase)
      : name_(std::move(of.name)),
        place_(std::move(of.place)),
        webrtcbin_(std::move(of.webrtcbin)),
        timebase_(std::move(timebase)) {
    for (auto& [rungs, place, chain, media] : of.streams) {
      streams_.push_back(std::make_unique<Stream>(std::move(chain), media == "video", place, rungs.size(), timebase_));
      streams_.back()->attach(std::move(rungs));
    }
  }
  // What belongs to a new run takes the place of the last one's: the file has the same streams each time, in the same
  // order.
  void attach(CutOutput of_run) {
    for (std::size_t i = 0; i < streams_.size(); ++i) streams_[i]->attach(std::move(of_run.streams[i].rungs));
  }

  // As of CutOutput.
  const std::string& name() const { return name_; }
  const std::string& place() const { return place_; }
  // It never runs.
  GstElement* webrtcbin() const { return webrtcbin_.get(); }
  // The video first, with the elements in front of the webrtcbin.
  const std::vector<std::unique_ptr<Stream>>& streams() const { return streams_; }
  const std::shared_ptr<const Timebase>& timebase() const { return timebase_; }
  // Of each stream, so that who joins need not wait to know what its frames are.
  bool has_key_frames() const {
    return std::ranges::all_of(streams_, [](const auto& stream) { return stream->top().fan_out()->has_key_frame(); });
  }
  // Frames of its first stream so far, those too that nobody wanted.
  std::uint64_t frames() const { return streams_.front()->top().frames(); }

 private:
  const std::string name_;
  const std::string place_;
  const GstPtr<GstElement> webrtcbin_;
  const std::shared_ptr<const Timebase> timebase_;
  std::vector<std::unique_ptr<Stream>> streams_;
};
