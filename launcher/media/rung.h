// SPDX-License-Identifier: LGPL-2.1-or-later
// One encoding of a stream, through all runs of its source. Main thread.
#pragma once

#include <optional>

#include "base/gst_ptr.h"
#include "fan_out.h"
#include "frame_gaps.h"
#include "pipe/cut.h"

// Size of an encoding's pictures in pixels, and where they carry their stamp: in the last `rows` rows (0: none), in
// cells of `cell` x `cell` pixels.
struct Picture {
  unsigned width = 0;
  unsigned height = 0;
  unsigned rows = 0;
  unsigned cell = 0;
};

class Rung {
 public:
  explicit Rung(std::shared_ptr<const Timebase> timebase) : fan_out_(std::make_shared<FanOut>(std::move(timebase))) {}

  const std::shared_ptr<FanOut>& fan_out() const { return fan_out_; }

  // What belongs to a new run takes the place of the last one's.
  void attach(CutRung of_run) {
    run_ = std::move(of_run);
    frames_before_ = fan_out_->frames();
    woken_ = run_.libvpx ? bridge_gaps(run_.libvpx.get()) : nullptr;
  }
  // The run's frames go to viewers from here on.
  void connect(RunTime run) { fan_out_->connect(run_.appsink.get(), run_.entry.get(), run, woken_); }
  void detach() {
    fan_out_->disconnect();
    run_ = {};
  }
  // Writes the stamps into the pictures of the current run; null if there is none.
  GstElement* framestamp() const { return run_.framestamp.get(); }
  GstPtr<GstPad> sink_pad() const { return GstPtr<GstPad>(gst_element_get_static_pad(run_.appsink.get(), "sink")); }
  // A frame of this run has come.
  bool came() const { return fan_out_->frames() != frames_before_; }
  // Frames that came so far, those too that nobody wanted.
  std::uint64_t frames() const { return fan_out_->frames() + fan_out_->left_out(); }

  // Of the current run, null before its first frame.
  GstCaps* caps() const {  // transfer full
    return run_.appsink ? gst_pad_get_current_caps(sink_pad().get()) : nullptr;
  }
  // Known once a run has its caps. Kept when the source is lost, because the picture that viewers still see is of that
  // size.
  const std::optional<Picture>& picture();

 private:
  const std::shared_ptr<FanOut> fan_out_;
  CutRung run_;
  std::shared_ptr<std::atomic<bool>> woken_;  // as of bridge_gaps()
  std::uint64_t frames_before_ = 0;
  std::optional<Picture> picture_;
};
