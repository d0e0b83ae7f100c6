// SPDX-License-Identifier: LGPL-2.1-or-later
// Who watches several streams by one connection (PROTOCOL.md, 7). Of each stream it is one of the viewers, as others
// are: a stream that ends takes nothing else with it. Main thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/main_thread.h"
#include "doorkeeper.h"
#include "media/reaper.h"
#include "metrics.h"
#include "streams.h"
#include "viewer/ice_servers.h"
#include "viewer/webrtc_viewer.h"

class SharedViewers {
 public:
  // All of that outlives it.
  SharedViewers(Streams& streams, Reaper& reaper, const Ice& ice, Metrics& metrics, std::size_t places);

  void add(const std::shared_ptr<Peer>& peer);
  void handle(const std::shared_ptr<Peer>& peer, std::string_view text);
  void leave(const std::shared_ptr<Peer>& peer);
  void end(const std::string& why);

 private:
  void look();
  bool is_early(const Peer& peer) const;
  void start(const std::shared_ptr<Peer>& peer);
  WebrtcConnection::Events events_for(const std::shared_ptr<Peer>& peer);
  void seat(const std::shared_ptr<Peer>& peer);
  void drop(const std::shared_ptr<Peer>& peer, const protocol::Error& error);

  Streams& streams_;
  Reaper& reaper_;
  const Ice& ice_;
  Metrics& metrics_;
  Doorkeeper doorkeeper_;
  std::map<std::shared_ptr<Peer>, gint64> waiting_;  // for streams that are on their way, until then
  Timer timer_;                                      // while there are such
  std::map<std::shared_ptr<Peer>, std::shared_ptr<WebrtcConnection>> connections_;
  unsigned next_number_ = 1;
};
