// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts producer, server and viewers together.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/said_lately.h"
#include "core/epoch.h"
#include "http/server.h"
#include "media/producer.h"
#include "media/reaper.h"
#include "metrics.h"
#include "options.h"
#include "publisher.h"
#include "service.h"
#include "status_line.h"
#include "viewers.h"

class App {
 public:
  // Throws UserError. `service` outlives it.
  App(const Options& options, PipeText pipe, Service& service);
  // Runs until a signal comes or the source fails to start. Returns the exit status.
  int run();

 private:
  Producer::Events producer_events();
  Server::Events server_events();
  Publisher::Events publisher_events();
  void watch_hangup();
  void reload();
  std::string source_state() const;
  void warm_up();
  void note(const std::string& message);
  void warn(const std::string& message);
  void send_result(const protocol::Result& result);
  void set_model_state(protocol::ModelState state);
  std::vector<protocol::ModelState> model_states() const;
  protocol::StreamInfo stream_info() const;
  std::string ailment() const;
  double now() const;  // unix ms: epoch + running time
  void every_second();
  void shut_down();

  const Options options_;
  Service& service_;
  const Opening opening_;
  const Ice ice_;
  std::string set_in_caps_;  // values that may be why the pipeline can't start
  GMainLoop* loop_;
  Reaper reaper_;
  std::shared_ptr<Producer> producer_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Viewers> viewers_;
  std::unique_ptr<Publisher> publisher_;  // null: nothing is published
  core::Epoch epoch_;
  std::map<std::string, protocol::ModelState> model_states_;  // by the model's name
  SaidLately warnings_;
  StatusLine status_;
  Metrics metrics_;
  Timer second_;
  Timer ending_;
  gint64 started_at_ = 0;
  bool running_ = false;  // the first frame has come
  int exit_status_ = 0;
};
