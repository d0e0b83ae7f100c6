// SPDX-License-Identifier: LGPL-2.1-or-later
// Takes connections, as they are or through TLS, and hands each to who speaks HTTP. libsoup 3.2.3 could do both, but
// its handshakes have no deadline, one that fails may use memory that is free already (CVE-2026-2436), and when there
// are no descriptors left it never takes a connection again. Main thread only.
#pragma once

#include <gio/gio.h>

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/glib_ptr.h"
#include "base/main_thread.h"
#include "base/waiting_room.h"
#include "certificate.h"

class Listener {
 public:
  // A client's connection.
  struct Line {
    GObjectPtr<GSocket> socket;
    GObjectPtr<GIOStream> stream;  // what the client says, TLS taken off
    bool secure = false;
  };
  using Taker = std::function<void(Line)>;

  // `certificate`: null for HTTP only; else whoever speaks no TLS is handed over too, and is not secure.
  Listener(Taker taker, const Certificate* certificate);
  ~Listener();

  // `host` is an IP address or localhost; port 0 takes any free one. Throws UserError.
  void listen(const std::string& host, unsigned port);
  unsigned port() const;
  // Takes no more, and lets those go who have not been handed over.
  void stop();

 private:
  struct Arrival;
  struct Context;
  void watch();
  bool accept();
  void look_at(const std::shared_ptr<Arrival>& arrival);
  void begin_handshakes();
  void handshake(const std::shared_ptr<Arrival>& arrival);
  void drop(const std::shared_ptr<Arrival>& arrival);
  void release(const std::shared_ptr<Arrival>& arrival);
  void hand_over(GSocket* socket, GIOStream* stream, bool secure);

  const Taker taker_;
  const Certificate* const certificate_;
  GObjectPtr<GSocket> socket_;
  guint source_ = 0;
  Timer retry_;
  std::set<std::shared_ptr<Arrival>> arrivals_;   // those who have not been handed over
  std::deque<std::shared_ptr<Arrival>> waiting_;  // those of them who have said something
  WaitingRoom room_;                              // for all of them
  WaitingRoom handshakes_;
};
