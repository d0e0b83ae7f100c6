// SPDX-License-Identifier: LGPL-2.1-or-later
// A child process with a socket and shared memory as its descriptors 3 and 4. Its output comes to us. It never outlives
// us, even if we are killed, and leaves nothing: the memory has no name, and its process group is killed with it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "fd.h"

namespace core {

class ChildProcess {
 public:
  // Throws std::runtime_error, with the program's name, if the program can't be started. The thread that calls this
  // must live as long as the child: when that thread ends, Linux kills the child (PR_SET_PDEATHSIG).
  ChildProcess(const std::vector<std::string>& command, int memory);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int socket() const { return socket_.get(); }
  int output() const { return output_.get(); }
  // Readable once the child has ended; -1 where the kernel has no such descriptor (before Linux 5.3).
  int ended() const { return ended_.get(); }

  // Asks the child to end: shuts its socket down and sends a SIGTERM.
  void ask_to_end();
  // False when the time is over.
  bool wait_end(std::chrono::milliseconds limit) const;
  // Kills the child, if it has not ended, and what is left of its process group. Returns how it ended, for example
  // "ended with status 1".
  std::string end();

 private:
  Fd socket_;
  Fd output_;
  Fd ended_;
  pid_t pid_ = -1;
  Fd alive_;  // only we hold it, so its other end sees when we are gone
  pid_t guard_ = -1;
};

}  // namespace core
