// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts stream and server together.
#pragma once

#include <memory>
#include <string>

#include "http/server.h"
#include "live_stream.h"
#include "media/reaper.h"
#include "metrics.h"
#include "options.h"
#include "service.h"
#include "status_line.h"

class App {
 public:
  // Throws UserError. `service` outlives it.
  App(const Options& options, PipeText pipe, Service& service);
  // Runs until a signal comes or the source fails to start. Returns the exit status.
  int run();

 private:
  LiveStream::Events stream_events();
  Server::Events server_events();
  void watch_hangup();
  void reload();
  std::string source_state() const;
  void every_second();
  void shut_down();

  const Options options_;
  Service& service_;
  const Opening opening_;
  const Ice ice_;
  GMainLoop* loop_;
  Reaper reaper_;
  Metrics metrics_;
  StatusLine status_;
  std::unique_ptr<LiveStream> stream_;
  std::unique_ptr<Server> server_;
  Timer second_;
  Timer ending_;
  int exit_status_ = 0;
};
