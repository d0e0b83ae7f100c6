// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the file's pipeline once for all viewers: capture, model, encode. A run that fails is replaced by a new one on
// the same clock; a file that ends starts again. Lives on the main thread.
#pragma once

#include <functional>
#include <optional>

#include "base/main_thread.h"
#include "base/protocol.h"
#include "fan_out.h"
#include "pipe/cut.h"

class Reaper;

class Producer : public std::enable_shared_from_this<Producer> {
 public:
  struct Events {                                                     // all on the main thread
    std::function<void()> started;                                    // the first frame of every stream is encoded
    std::function<void(const std::string& message)> could_not_start;  // before that
    std::function<void(const std::string& message)> lost;             // later; a new run is coming
    std::function<void()> back;
    std::function<void(const protocol::Result&)> result;
    std::function<void(const protocol::ModelState&)> model;
    std::function<void(const std::string& message)> warning;
  };

  // Throws UserError if the pipeline can't be parsed or has nothing to show.
  Producer(PipeText pipe, Reaper& reaper, Events events);
  ~Producer();
  void start();
  void stop();

  // What each viewer's pipeline is made after.
  struct Template {
    GstPtr<GstElement> webrtcbin;
    std::vector<std::vector<GstPtr<GstElement>>> chains;  // per stream: payloader … webrtcbin's neighbour
  };
  const Template& viewer_template() const { return template_; }
  FanOut& fan_out(std::size_t stream) const { return *fan_outs_[stream]; }
  std::size_t streams() const { return fan_outs_.size(); }

  GstClock* clock() const { return clock_.get(); }
  GstClockTime base_time() const { return base_time_; }
  double running_ms() const;
  std::optional<protocol::Stamp> stamp() const;
  std::uint64_t frames() const { return fan_outs_.front()->frames(); }

 private:
  enum class State { kStopped, kStarting, kPlaying };
  void adopt(CutPipeline cut);
  void watch_bus();
  void watch_results(GstElement* sink, std::int64_t shift);
  void handle(GstMessage* message);
  bool has_live_source();
  void await_first_frame();
  void prepare_loop();
  void play(GstClockTime base);
  bool seek_to_start(bool flush);
  void hold_watchdogs();
  void release_watchdogs();
  void ended(const std::string& message, bool failed);
  void check_first_frames();

  const PipeText pipe_;
  Reaper& reaper_;
  const Events events_;
  const GstPtr<GstClock> clock_;
  const GstClockTime base_time_;
  Template template_;
  std::vector<std::shared_ptr<FanOut>> fan_outs_;

  CutPipeline run_;
  std::vector<std::pair<GstPtr<GstElement>, int>> watchdogs_;  // of run_, that wait for its first frame; their timeouts
  unsigned generation_ = 0;                                    // of run_: messages of earlier ones are stale
  State state_ = State::kStopped;
  bool live_ = false;
  bool ever_started_ = false;
  bool lost_ = false;
  unsigned failures_ = 0;  // in a row
  std::vector<std::uint64_t> frames_before_;
  gint64 played_at_ = 0;
  Timer restart_;
  Timer first_frames_;
};
