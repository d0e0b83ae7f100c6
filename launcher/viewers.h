// SPDX-License-Identifier: LGPL-2.1-or-later
// All who watch here: who is let in, who has a place, and by which way each gets what it watches. Main thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/protocol.h"
#include "doorkeeper.h"
#include "http/server.h"
#include "media/producer.h"
#include "media/reaper.h"
#include "metrics.h"
#include "people.h"
#include "viewer/ice_servers.h"
#include "viewer/viewer.h"
#include "viewer/webrtc_viewer.h"

class Viewers {
 public:
  // What each of them may ask for: see Viewer::Events.
  struct Facts {
    std::function<double()> now;
    std::function<protocol::StreamInfo()> stream_info;
    std::function<std::vector<protocol::ModelState>()> model_states;
    std::function<std::optional<protocol::Window>()> window;
    std::function<std::optional<protocol::Error>(const protocol::Input&)> input;
  };

  // All of that outlives it. `stream`: the name of what they watch here, `output`: of the producer.
  Viewers(std::string stream, People& people, Producer& producer, const Output& output, Reaper& reaper, const Ice& ice,
          Metrics& metrics, Facts facts);

  void add(const std::shared_ptr<Peer>& peer);
  // Who gets this stream beside others, by one connection that is made for them all. False: there is no place for it,
  // or nothing of the stream to be offered yet.
  bool join(const std::shared_ptr<Peer>& peer, const std::shared_ptr<WebrtcConnection>& connection);
  // It gets what it is sent.
  void seat(const std::shared_ptr<Peer>& peer, Way way);
  void handle(const std::shared_ptr<Peer>& peer, std::string_view text);
  void leave(const std::shared_ptr<Peer>& peer);
  // All of them have to go; each is told why.
  void end(const protocol::Error& why);

  // A list of its own: what is done to a viewer may end it.
  std::vector<std::shared_ptr<Viewer>> all() const;
  bool empty() const { return viewers_.empty(); }
  // Those who get what they are sent; the others.
  std::size_t seated() const { return seated_.size(); }
  std::size_t waiting() const { return viewers_.size() - seated_.size(); }
  // Some of them gets results alone.
  bool needs_results() const;
  // A name for the next one.
  unsigned next_number() { return next_number_++; }

 private:
  Viewer::Events events_for(const std::shared_ptr<Peer>& peer, Way way);
  void start(const std::shared_ptr<Peer>& peer, Way way);
  void drop(const std::shared_ptr<Peer>& peer, const protocol::Error& error);

  const std::string stream_;
  const std::string label_;  // of lines in the log
  People& people_;           // all of the server
  Producer& producer_;
  const Output& output_;
  Reaper& reaper_;
  const Ice& ice_;
  Metrics& metrics_;
  const Facts facts_;
  std::map<std::shared_ptr<Peer>, std::shared_ptr<Viewer>> viewers_;
  // Only those who get what they are sent take places. The others wait.
  std::map<const Peer*, std::string> seated_;  // and who each says that it is: see People
  Doorkeeper doorkeeper_;
  unsigned next_number_ = 1;
};
