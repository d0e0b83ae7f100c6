// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts streams and server together.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "command.h"
#include "http/server.h"
#include "media/reaper.h"
#include "metrics.h"
#include "options.h"
#include "service.h"
#include "shared_viewers.h"
#include "status_line.h"
#include "stream_list.h"
#include "streams.h"
#include "window_streams.h"

class App {
 public:
  // `folders`: where pipeline files are looked up; `again`: reads the options again. Throws UserError. `service`
  // outlives it.
  App(const Options& options, const std::vector<std::string>& folders, Service& service,
      std::function<Options()> again);
  // Runs until a signal comes or the source of the only stream fails to start. Returns the exit status.
  int run();

 private:
  Streams::Events stream_events();
  Server::Events server_events();
  void connected(const std::shared_ptr<Peer>& peer);
  Server::Health health(const std::string& stream) const;
  void listen();
  void run_command();
  void tell_address();
  bool named() const { return options_.window || !options_.streams.front().name.empty(); }
  void watch_hangup();
  void reload();
  void reload_certificate();
  void reload_streams();
  std::string source_state() const;
  void every_second();
  void shut_down();

  const Options options_;
  const std::vector<std::string> folders_;
  const std::function<Options()> again_;
  Service& service_;
  const Opening opening_;
  const std::string frame_key_;
  const Ice ice_;
  GMainLoop* loop_;
  Reaper reaper_;
  Metrics metrics_;  // of who is refused before it is known for which stream it came
  StatusLine status_;
  std::unique_ptr<Streams> streams_;
  SharedViewers shared_;
  StreamList list_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<WindowStreams> windows_;  // null: no program shows any
  std::unique_ptr<Command> command_;        // null: there is none
  Timer last_pictures_;
  std::string why_ = "the server is ending";  // when it does
  Timer second_;
  Timer ending_;
  int exit_status_ = 0;
};
