// SPDX-License-Identifier: LGPL-2.1-or-later
// One stream of the pipeline file, through all runs of its source. Main thread.
#pragma once

#include <memory>
#include <vector>

#include "base/gst_ptr.h"
#include "fan_out.h"

class Stream {
 public:
  using Chain = std::vector<GstPtr<GstElement>>;
  Stream(Chain chain, bool is_video, std::shared_ptr<const Timebase> timebase)
      : chain_(std::move(chain)), is_video_(is_video), fan_out_(std::make_shared<FanOut>(std::move(timebase))) {}

  // Each viewer gets a copy of these elements: from the payloader to the last one before webrtcbin.
  const Chain& chain() const { return chain_; }
  bool is_video() const { return is_video_; }
  // The stream's encoded frames. So far there is one encoding; several would stand here.
  const std::shared_ptr<FanOut>& fan_out() const { return fan_out_; }

  // The appsink of a new run takes the place of the last one.
  void attach(GstPtr<GstElement> appsink) {
    appsink_ = std::move(appsink);
    frames_before_ = fan_out_->frames();
  }
  // The run's frames go to viewers from here on.
  void connect(RunTime run) { fan_out_->connect(appsink_.get(), run); }
  void detach() {
    fan_out_->disconnect();
    appsink_.reset();
  }
  GstPtr<GstPad> sink_pad() const { return GstPtr<GstPad>(gst_element_get_static_pad(appsink_.get(), "sink")); }
  // A frame of this run has come.
  bool came() const { return fan_out_->frames() != frames_before_; }

 private:
  const Chain chain_;
  const bool is_video_;
  const std::shared_ptr<FanOut> fan_out_;
  GstPtr<GstElement> appsink_;
  std::uint64_t frames_before_ = 0;
};
