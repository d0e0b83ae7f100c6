// SPDX-License-Identifier: LGPL-2.1-or-later
// Who has connected and gets nothing yet. A stranger who only comes and goes, or does not answer, takes no place, and
// not much of our time. Main thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>

#include "base/protocol.h"
#include "base/waiting_room.h"
#include "http/server.h"

class Doorkeeper {
 public:
  // `places`: of those who stay.
  explicit Doorkeeper(std::size_t places);

  // Whether it may wait for what it asked for. `dismiss` is called if it has to go for another one.
  bool let_in(const Peer& peer, std::function<void()> dismiss);
  void stays(const Peer& peer);
  void leave(const Peer& peer);

  // What who is not let in, or has to go, is told.
  static protocol::Error busy();

 private:
  WaitingRoom room_;
  ComingPace pace_;
  std::map<WaitingRoom::Guest, std::function<void()>> dismiss_;
  unsigned next_own_ = 1;
};
