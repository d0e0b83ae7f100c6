// SPDX-License-Identifier: LGPL-2.1-or-later
// One stream of the pipeline file, through all runs of its source. Main thread.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/deadlines.h"
#include "base/gst_ptr.h"
#include "patience.h"
#include "rung.h"

class Stream {
 public:
  using Chain = std::vector<GstPtr<GstElement>>;
  // `place`: "file:line" of its ladder, or "".
  Stream(Chain chain, bool is_video, std::string place, std::size_t rungs,
         const std::shared_ptr<const Timebase>& timebase)
      : chain_(std::move(chain)), is_video_(is_video), place_(std::move(place)) {
    for (std::size_t i = 0; i < rungs; ++i) rungs_.push_back(std::make_unique<Rung>(timebase));
  }

  // Each viewer gets a copy of these elements: from the payloader to the last one before webrtcbin.
  const Chain& chain() const { return chain_; }
  bool is_video() const { return is_video_; }
  // The stream's encodings, the best one first.
  const std::vector<std::unique_ptr<Rung>>& rungs() const { return rungs_; }
  Rung& top() const { return *rungs_.front(); }

  // What belongs to a new run takes the place of the last one's.
  void attach(std::vector<CutRung> rungs) {
    for (std::size_t i = 0; i < rungs_.size(); ++i) rungs_[i]->attach(std::move(rungs[i]));
  }
  // The run's frames go to viewers from here on.
  void connect(RunTime run) {
    patience_.begin_run(frames());
    for (const auto& rung : rungs_) rung->connect(run);
  }
  void detach() {
    for (const auto& rung : rungs_) rung->detach();
  }
  // A frame of this run has come of each encoding.
  bool came() const {
    return std::ranges::all_of(rungs_, [](const auto& rung) { return rung->came(); });
  }
  // What is wrong with the ladder of the current run, once a frame of each encoding has come; "" if nothing is.
  std::string trouble() const;
  // To be asked again and again, every patience().look(). True while the next frame is overdue.
  bool stands_still() {
    g_autoptr(GstCaps) caps = top().caps();
    if (caps) patience_.learn(caps);
    return patience_.is_over(frames());
  }
  const Patience& patience() const { return patience_; }

 private:
  // How many frames have come when it was asked so far: of the encodings that are awake; while all sleep, of the
  // source.
  std::uint64_t frames();

  const Chain chain_;
  const bool is_video_;
  const std::string place_;
  std::vector<std::unique_ptr<Rung>> rungs_;
  std::uint64_t frames_ = 0;
  std::uint64_t encoded_ = 0;   // by all, when frames() was asked last
  std::uint64_t left_out_ = 0;  // by all that slept
  Patience patience_{deadlines().still, deadlines().first_frame};
};
