// SPDX-License-Identifier: LGPL-2.1-or-later
// What a service manager is told of us, in the protocol of sd_notify(3): datagrams to the socket in $NOTIFY_SOCKET.
// Where there is no such variable nobody is told, and nothing is done.
#pragma once

#include <sys/un.h>

#include <chrono>
#include <string>

#include "base/main_thread.h"

class Service {
 public:
  // Takes what is for us out of the environment: a child of ours that spoke for us would confuse the manager.
  Service();
  bool managed() const { return length_ != 0; }

  // `status` is a text for people. After the first call the main loop tells that it runs, where the manager wants that.
  void ready(const std::string& status);
  void set_status(const std::string& status);
  // ready() has to follow.
  void reloading();
  void stopping();

 private:
  void find_manager();
  void find_watchdog();
  void tell(const std::string& message);

  sockaddr_un manager_{};
  socklen_t length_ = 0;                     // of manager_; 0: there is none
  std::chrono::milliseconds alive_every_{};  // 0: nobody wants to know
  Timer alive_;
  bool failed_ = false;
};
