// SPDX-License-Identifier: LGPL-2.1-or-later
// One stream of the pipeline file, through all runs of its source. Main thread.
#pragma once

#include <memory>
#include <vector>

#include "base/deadlines.h"
#include "base/gst_ptr.h"
#include "fan_out.h"
#include "patience.h"

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
  void attach(GstPtr<GstElement> appsink, GstPtr<GstElement> framestamp) {
    appsink_ = std::move(appsink);
    framestamp_ = std::move(framestamp);
    frames_before_ = fan_out_->frames();
  }
  // The run's frames go to viewers from here on.
  void connect(RunTime run) {
    patience_.begin_run(fan_out_->frames());
    fan_out_->connect(appsink_.get(), run);
  }
  void detach() {
    fan_out_->disconnect();
    appsink_.reset();
    framestamp_.reset();
  }
  // Writes the stamps into the pictures of the current run; null if there is none.
  GstElement* framestamp() const { return framestamp_.get(); }
  GstPtr<GstPad> sink_pad() const { return GstPtr<GstPad>(gst_element_get_static_pad(appsink_.get(), "sink")); }
  // A frame of this run has come.
  bool came() const { return fan_out_->frames() != frames_before_; }
  // To be asked again and again, every patience().look(). True while the next frame is overdue.
  bool stands_still() {
    g_autoptr(GstCaps) caps = appsink_ ? gst_pad_get_current_caps(sink_pad().get()) : nullptr;
    if (caps) patience_.learn(caps);
    return patience_.is_over(fan_out_->frames());
  }
  const Patience& patience() const { return patience_; }

 private:
  const Chain chain_;
  const bool is_video_;
  const std::shared_ptr<FanOut> fan_out_;
  GstPtr<GstElement> appsink_;
  GstPtr<GstElement> framestamp_;
  std::uint64_t frames_before_ = 0;
  Patience patience_{deadlines().still, deadlines().first_frame};
};
