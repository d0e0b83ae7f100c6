// SPDX-License-Identifier: LGPL-2.1-or-later
// One pipeline, live: its source, its model, and all who watch it. Mostly it is one stream; where its file has several
// outputs each is a stream by a name of its own, and they share source and fate. It is told, and does not ask, what
// else there is in this program: there may be others beside it. Main thread.
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
#include "programs/window.h"
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
    std::function<void()> changed;  // states() are others
    std::function<void(Level, const std::string& message)> say;
    std::function<void(std::optional<double> ms)> inference;  // as of Producer
  };

  // What it refers to outlives it. `window`: what it shows, if that is a window of a program. Throws UserError.
  LiveStream(const StreamOptions& options, PipeText pipe, std::shared_ptr<Window> window, People& people,
             Reaper& reaper, const Ice& ice, Events events);

  void start();
  void every_second();
  // Viewers are told why; endpoints that it is published to are told, too.
  void end(const std::function<protocol::Error(const std::string& stream)>& why);
  bool ended() const;

  // The first offer of a process loads libraries and makes the DTLS certificate, which takes 300 ms. An offer now saves
  // the first viewer that time.
  void warm_up();

  // Somebody waits for it: for the next second that is a reason for its source to run.
  void expect();
  // It has no picture yet, and nothing is known that is wrong with it.
  bool on_its_way(const std::string& stream) const;

  // Its streams: one at least, and always the same.
  std::vector<std::string> names() const;
  bool has(const std::string& stream) const;
  const std::string& name_of(const Output& output) const { return shown_of(output).name; }
  Viewers& viewers(const std::string& stream) const;
  std::vector<protocol::StreamState> states() const;
  std::vector<StreamFigures> figures() const;
  const Producer& producer() const { return *producer_; }

 private:
  // An output with all who watch it.
  struct Shown {
    std::string name;  // of the stream
    const Output& output;
    Metrics metrics{};
    std::map<std::string, protocol::ModelState> model_states{};  // by the model's name
    std::unique_ptr<Viewers> viewers{};
    std::unique_ptr<Publisher> publisher{};  // null: it is not published
  };

  Producer::Events producer_events();
  Publisher::Events publisher_events(const Shown& shown);
  void show(const Output& output, People& people);
  void show_window();
  ::Shown show(const Still* still);
  std::optional<protocol::Error> do_in_window(const protocol::Input& input);
  void publish(const PublishOptions& options);
  Shown& shown_of(const Output& output) const;
  void look_whether_needed();
  bool needed() const;
  void warn(const std::string& message);
  void send_result(Shown& shown, const protocol::Result& result);
  void set_model_state(const std::vector<const Output*>& outputs, protocol::ModelState state);
  void send_stream_info();
  protocol::StreamInfo stream_info(const Output& output) const;
  protocol::StreamState state(const std::string& stream) const;
  double now() const;  // unix ms: epoch + running time

  Reaper& reaper_;
  const Ice& ice_;
  const std::string name_;   // of the pipeline
  const std::string label_;  // of lines in the log
  const Events events_;
  const std::shared_ptr<Window> window_;  // null: it shows none
  const std::string set_in_caps_;         // values that may be why the pipeline can't start
  const std::shared_ptr<Producer> producer_;
  std::vector<std::unique_ptr<Shown>> shown_;  // in the order of the producer's outputs
  core::Epoch epoch_;
  SaidLately warnings_;
  Timer needed_;          // of a source that stops when it is not
  gint64 needed_at_ = 0;  // when it was lately
  gint64 expected_at_ = -G_USEC_PER_SEC;
  gint64 started_at_ = 0;
  bool running_ = false;  // the first frame has come
};
