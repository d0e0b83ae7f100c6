// SPDX-License-Identifier: LGPL-2.1-or-later
// The program of `cv-launch run`: it has our terminal, input and output, and we end with it. Main thread.
#pragma once

#include <glib.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

class Command {
 public:
  // What a shell would have for it, and a sentence for people.
  using Ended = std::function<void(int status, const std::string& how)>;

  // Starts it, with these variables beside ours. Throws UserError if it can't be started. SIGINT and SIGTERM go
  // to it from then on, until it has ended.
  Command(const std::vector<std::string>& command, const std::map<std::string, std::string>& variables, Ended ended);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

 private:
  void pass_signals_on();

  const Ended ended_;
  GPid pid_ = 0;
  guint child_ = 0;
  guint signals_ = 0;
};
