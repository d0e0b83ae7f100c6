// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the file's pipeline once for all viewers: capture, model, encode. A run that fails is replaced by a new one on
// the same clock; a file that ends starts again. Lives on the main thread; what may take long is done by a worker,
// which each run has for itself.
#pragma once

#include <functional>
#include <optional>

#include "adjustables.h"
#include "base/main_thread.h"
#include "base/protocol.h"
#include "late_clients.h"
#include "opening.h"
#include "output.h"
#include "pipe/cut.h"
#include "start_gate.h"
#include "watchdogs.h"
#include "worker.h"

class Reaper;

class Producer : public std::enable_shared_from_this<Producer> {
 public:
  struct Events {                   // all on the main thread
    std::function<void()> started;  // the first frame of every stream is encoded
    // Comes in place of `started`. Whether it is to be tried again.
    std::function<bool(const std::string& message)> could_not_start;
    std::function<void()> lost;  // after `started`; a new run will come; trouble() says why
    std::function<void()> back;
    std::function<void()> awake;                              // the first frames after wake()
    std::function<void(std::optional<double> ms)> inference;  // one has come; what its model says that it took
    // The same, for each output that shows what the model sees.
    std::function<void(const Output&, const protocol::Result&)> result;
    std::function<void(const std::vector<const Output*>&, const protocol::ModelState&)> model;  // the same outputs
    std::function<void(const protocol::Property&)> property;                                    // one that was set
    std::function<void(const std::string& message)> warning;
    std::function<void(const std::string& message)> notice;
  };

  // Throws UserError if the pipeline can't be parsed or has nothing to show.
  Producer(PipeText pipe, Reaper& reaper, Events events);
  ~Producer();
  void start();
  void stop();
  // Closes the source until wake(). For once it has started.
  void rest();
  void wake();
  enum class Rest { kNone, kResting, kWaking };  // waking: it has been opened, and no frame has come yet
  Rest resting() const { return rest_; }
  // Some viewer is to get pictures.
  bool wanted() const;

  // What it shows: one at least. As long as the producer, these and no others.
  const std::vector<std::unique_ptr<Output>>& outputs() const { return outputs_; }

  // The file has an appsrc "window", for pictures that are ours.
  bool takes_pictures() const { return window_ != nullptr; }
  // Gives it a picture. Returns its frame's id; nothing: it takes none now.
  std::optional<std::uint32_t> give(GstSample* picture);

  // What the file lets viewers change.
  const std::vector<protocol::Property>& properties() const { return adjustables_.all(); }
  // Sets one; events.property tells what it is then. Returns what is wrong with the request, if anything is.
  std::optional<protocol::Error> set_property(const protocol::SetRequest& request);

  double running_ms() const { return static_cast<double>(timebase_->now()) / GST_MSECOND; }
  // Why there is no picture. Set when the source fails, or can't start; cleared when a frame of its next run comes.
  const std::optional<std::string>& trouble() const { return trouble_; }

 private:
  enum class State { kStopped, kOpening, kBeginning, kSeeking, kPlaying };
  template <typename Work, typename Done>
  void away(Work work, Done done);
  void set_state(GstState state);
  void adopt(CutPipeline cut);
  void watch_bus();
  void watch(GstElement* results, RunTime run);
  std::vector<const Output*> outputs_of(GstObject* element) const;
  void handle(GstMessage* message);
  void opened(const Opened& opened);
  void hold_first_frames();
  void go_to_start();
  void play(GstClockTime base);
  RunTime set_run_time(GstClockTime base);
  void ended(const std::string& message, bool failed);
  void end_run();
  bool all_came() const;
  void check_first_frames();
  void watch_frames();
  void look_for_frames();

  const PipeText pipe_;
  Reaper& reaper_;
  const Events events_;
  const std::shared_ptr<const Timebase> timebase_;
  std::vector<std::unique_ptr<Output>> outputs_;
  std::vector<Stream*> streams_;  // of all of them

  Adjustables adjustables_;
  CutPipeline run_;                            // its outputs have gone into outputs_
  GstPtr<GstElement> window_;                  // of run_; null: its source is not ours
  std::shared_ptr<Worker> worker_;             // changes the states of run_
  std::vector<std::weak_ptr<Worker>> ending_;  // of earlier runs that have not ended yet
  Watchdogs watchdogs_;                        // of run_
  LateClients late_clients_;                   // the same
  StartGate gate_;                             // of run_
  unsigned generation_ = 0;                    // number of run_: messages of earlier runs are ignored
  State state_ = State::kStopped;
  bool live_ = false;
  bool ever_started_ = false;
  Rest rest_ = Rest::kNone;
  std::optional<std::string> trouble_;
  unsigned failures_ = 0;  // in a row
  gint64 played_at_ = 0;
  Timer restart_;
  Timer first_frames_;
  Timer looking_;
};
