// SPDX-License-Identifier: LGPL-2.1-or-later
// Hosts of a pipeline's UDP sinks that can't be found yet: each is looked up again and again, and gets its packets once
// it is found. Main thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/main_thread.h"
#include "pipe/udp_clients.h"

class LateClients {
 public:
  // `found` is told of each, as "host:port".
  explicit LateClients(std::function<void(const std::string&)> found) : found_(std::move(found)) {}

  // These and no others.
  void watch(std::vector<UnfoundClient> clients);
  void forget() { watch({}); }

 private:
  void look_up();
  void take(const std::string& client, GstElement* sink, const std::string& address);

  const std::function<void(const std::string&)> found_;
  std::vector<UnfoundClient> clients_;
  // What is asked while it is this one concerns these clients.
  std::shared_ptr<LateClients*> asking_;
  Timer timer_;
};
