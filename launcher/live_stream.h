// SPDX-License-Identifier: LGPL-2.1-or-later
// One pipeline, live: its source, its model, and all who watch it. It is told, and does not ask, what else there is in
// this program: there may be others beside it. Main thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/said_lately.h"
#include "core/epoch.h"
#include "media/producer.h"
#include "media/reaper.h"
#include "metrics.h"
#include "publisher.h"
#include "stream_options.h"
#include "viewer/ice_servers.h"
#include "viewers.h"

class LiveStream {
 public:
  struct Events {
    std::function<void()> started;  // its first picture has come
    // Comes in place of `started`. Whether it is to be tried again and again.
    std::function<bool(const std::string& message)> could_not_start;
    std::function<void()> changed;  // state() is another one
    std::function<void(Level, const std::string& message)> say;
    std::function<void(const protocol::Result&)> result;
  };

  // What it refers to outlives it. Throws UserError.
  LiveStream(const StreamOptions& options, PipeText pipe, People& people, Reaper& reaper, const Ice& ice,
             Events events);

  void start();
  void every_second();
  // Viewers are told why; the endpoint that it is published to is told, too.
  void end(const protocol::Error& why);
  bool ended() const { return !publisher_ || publisher_->ended(); }

  // The first offer of a process loads libraries and makes the DTLS certificate, which takes 300 ms. An offer now saves
  // the first viewer that time.
  void warm_up();

  // Somebody waits for it: for the next second that is a reason for its source to run.
  void expect();
  // It has no picture yet, and nothing is known that is wrong with it.
  bool on_its_way() const { return !producer_->has_key_frames() && !producer_->trouble(); }

  Viewers& viewers() { return *viewers_; }
  const Producer& producer() const { return *producer_; }
  bool running() const { return running_; }
  protocol::StreamState state() const;
  StreamFigures figures() const;

 private:
  Producer::Events producer_events();
  Publisher::Events publisher_events();
  void look_whether_needed();
  bool needed() const;
  void warn(const std::string& message);
  void send_result(const protocol::Result& result);
  void set_model_state(protocol::ModelState state);
  void send_stream_info();
  std::vector<protocol::ModelState> model_states() const;
  protocol::StreamInfo stream_info() const;
  double now() const;  // unix ms: epoch + running time

  Reaper& reaper_;
  const Ice& ice_;
  const std::string name_;
  const std::string label_;  // of lines in the log
  const Events events_;
  Metrics metrics_;
  const std::string set_in_caps_;  // values that may be why the pipeline can't start
  const std::shared_ptr<Producer> producer_;
  const std::unique_ptr<Viewers> viewers_;
  std::unique_ptr<Publisher> publisher_;  // null: it is not published
  core::Epoch epoch_;
  std::map<std::string, protocol::ModelState> model_states_;  // by the model's name
  SaidLately warnings_;
  Timer needed_;          // of a source that stops when it is not
  gint64 needed_at_ = 0;  // when it was lately
  gint64 expected_at_ = -G_USEC_PER_SEC;
  gint64 started_at_ = 0;
  bool running_ = false;  // the first frame has come
};
