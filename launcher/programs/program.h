// SPDX-License-Identifier: LGPL-2.1-or-later
// One program that shows windows: its connection, as windows/PROTOCOL.md says. Main thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/fd.h"
#include "windows/messages.h"

class Program {
 public:
  struct Events {
    // What it has said; with `memory` a descriptor came. Throws std::runtime_error if that makes no sense.
    std::function<void(const windows::FromProgram&, core::Fd descriptor)> said;
    std::function<void(const std::string& why)> gone;  // once; `why`: what was wrong with what it said, or ""
  };

  // `socket`: connected; does not block.
  Program(core::Fd socket, Events events);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // What it has said by now is heard now.
  void hear_all();
  // Nothing is heard any more.
  void stop();
  // It is lost if the program does not read.
  void say(const windows::ToProgram& message);

 private:
  bool hear();

  const core::Fd socket_;
  const Events events_;
  unsigned watch_ = 0;
  bool greeted_ = false;
};
