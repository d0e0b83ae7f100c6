// SPDX-License-Identifier: LGPL-2.1-or-later
// A program's socket to cv-launch. Nothing here waits.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fd.h"

namespace windows {

class Connection {
 public:
  explicit Connection(std::string path);

  bool connected() const { return static_cast<bool>(socket_); }
  // Tries to, at most once a second. True: it is a new one.
  bool connect();
  // Closes it; the next attempt may be made at once.
  void drop();

  // False: there is no room now, or nobody any more.
  bool send(const std::string& text, int descriptor = -1);
  // The next message that is there; valid until the next call.
  std::optional<std::string_view> receive();

  // To be waited for with poll(); −1 where there is none.
  int descriptor() const { return socket_.get(); }
  // After this time there may be more that can be done; nothing: only when something comes.
  std::optional<std::chrono::milliseconds> retry() const;

 private:
  using Clock = std::chrono::steady_clock;
  void lose();

  const std::string path_;
  core::Fd socket_;
  Clock::time_point next_attempt_{};
  bool full_ = false;
  std::vector<char> received_;
};

}  // namespace windows
