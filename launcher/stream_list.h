// SPDX-License-Identifier: LGPL-2.1-or-later
// All who are told which streams there are (PROTOCOL.md, 7). Each is told the newest state when it has acknowledged the
// one before: who reads slowly misses what was in between, and nothing waits for it. Main thread.
#pragma once

#include <glib.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/protocol.h"
#include "base/waiting_room.h"
#include "http/server.h"

class StreamList {
 public:
  // `now`: the streams as they are, of which each is told those that it may watch; `refused`: one whose connection is
  // ended, by a code of PROTOCOL.md.
  StreamList(std::function<protocol::StreamList()> now, std::function<void(const std::string& code)> refused);

  void add(const std::shared_ptr<Peer>& peer);
  void handle(const std::shared_ptr<Peer>& peer, std::string_view text);
  void leave(const std::shared_ptr<Peer>& peer);
  // Some stream is not as it was.
  void changed();
  void check_deadlines();  // to be called about once a second
  void end(const std::string& why);

 private:
  struct Reader {
    std::uint32_t sent = 0;
    std::uint32_t acknowledged = 0;
    gint64 deadline = 0;
    std::string last;  // as it was told
  };
  void tell(const std::shared_ptr<Peer>& peer, Reader& reader, protocol::StreamList streams);
  void drop(const std::shared_ptr<Peer>& peer, const protocol::Error& error);

  const std::function<protocol::StreamList()> now_;
  const std::function<void(const std::string&)> refused_;
  WaitingRoom room_;
  std::map<std::shared_ptr<Peer>, Reader> readers_;
};
