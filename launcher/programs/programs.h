// SPDX-License-Identifier: LGPL-2.1-or-later
// The programs that show windows: where they connect, and which windows there are. Main thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/main_thread.h"
#include "core/fd.h"
#include "program.h"
#include "window.h"

class Programs {
 public:
  struct Events {
    std::function<void(const std::shared_ptr<Window>&)> opened;  // it was not there before
    std::function<void(const std::shared_ptr<Window>&)> closed;  // it is no more
    std::function<void(const std::string& message)> warning;
  };

  // `patience`: see Deadlines::closed.
  Programs(Events events, std::chrono::milliseconds patience);
  ~Programs();
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  // `path`: of the socket. One that nobody listens to any more is replaced. Throws UserError.
  void listen(const std::string& path);
  // All programs have ended, and no more are let in. `how`: for people. Who knows it says so at once: windows say it
  // themselves a little later.
  void end(const std::string& how);

 private:
  // What a program shows, by its numbers. Null: a newer one has the window's name.
  using Numbered = std::map<std::uint32_t, std::shared_ptr<Window>>;
  struct Guest {
    std::string name;
    std::unique_ptr<Program> program;
    Numbered windows;
  };

  void stop_listening();
  void let_in();
  void hear(Guest& guest, const windows::FromProgram& message, core::Fd descriptor);
  void open(Guest& guest, const windows::NewWindow& message);
  bool drop_oldest(std::size_t most);
  void close(Guest& guest, std::uint32_t number);
  void leave(Guest& guest, const std::string& why);
  void look_later();
  void look();
  void forget(const std::string& name);

  const Events events_;
  const std::chrono::microseconds patience_;
  std::string path_;
  core::Fd socket_;
  unsigned watch_ = 0;
  std::vector<std::unique_ptr<Guest>> guests_;
  std::map<std::string, std::shared_ptr<Window>> windows_;  // by name
  // Those that their programs have closed, and may still open again.
  struct Closed {
    const Guest* by;
    gint64 at;
  };
  std::map<std::string, Closed> closed_;  // by name
  std::map<std::string, gint64> left_;    // when their program went: it is still to be said how it ended
  Timer looking_;
};
