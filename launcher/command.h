// SPDX-License-Identifier: LGPL-2.1-or-later
// The program of `cv-launch run`: it has our terminal, input and output, and we end with it. Main thread.
#pragma once

#include <glib.h>

#include <array>
#include <csignal>
#include <functional>
#include <map>
#include <string>
#include <vector>

class Command {
 public:
  // What a shell would have for it, and a sentence for people.
  using Ended = std::function<void(int status, const std::string& how)>;

  // Starts it, with these variables beside ours. Throws UserError if it can't be started. What is to end us goes to it
  // from then on.
  Command(const std::vector<std::string>& command, const std::map<std::string, std::string>& variables, Ended ended);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

 private:
  static gboolean pass_on(gpointer passed);

  struct Passed {
    const Command& to;
    int signal;
  };

  const Ended ended_;
  GPid pid_ = 0;
  const std::array<Passed, 2> passed_;
  std::vector<guint> watches_;
};
