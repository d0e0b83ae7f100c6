// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewers.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "http/tokens.h"
#include "viewer/results_viewer.h"
#include "viewer/socket_viewer.h"
#include "viewer/webrtc_viewer.h"

namespace {

constexpr const char* kForbidden = "this viewer may watch, but not change what all viewers see";

Way way_of(const Request& request) {
  const auto wanted = request.query.find("transport");
  if (wanted == request.query.end()) return Way::kWebrtc;
  return wanted->second == "socket" ? Way::kSocket : wanted->second == "results" ? Way::kResults : Way::kWebrtc;
}

// Who it says that it is: the same in all connections of a page. Only compared. Who says nothing and watches several
// streams by one connection is one person too.
std::string person_of(const Peer& peer) {
  constexpr std::size_t kLongest = 64;
  const Request& request = peer.request();
  const auto found = request.query.find("viewer");
  if (found != request.query.end() && found->second.size() <= kLongest && !found->second.empty()) return found->second;
  return request.streams.empty() ? "" : "connection " + std::to_string(reinterpret_cast<std::uintptr_t>(&peer));
}

protocol::Error full(std::size_t places) {
  if (places == 0) return {"full", "nobody can watch here (--max-viewers=0); this server only publishes"};
  return {"full", "all " + std::to_string(places) + " places are taken; try again later"};
}

}  // namespace

Viewers::Viewers(std::string stream, People& people, Producer& producer, const Output& output, Reaper& reaper,
                 const Ice& ice, Metrics& metrics, Facts facts)
    : stream_(std::move(stream)),
      label_(stream_.empty() ? "" : stream_ + ": "),
      people_(people),
      producer_(producer),
      output_(output),
      reaper_(reaper),
      ice_(ice),
      metrics_(metrics),
      facts_(std::move(facts)),
      doorkeeper_(people.places()) {}

void Viewers::add(const std::shared_ptr<Peer>& peer) {
  if (!people_.has_place(person_of(*peer), stream_)) return drop(peer, full(people_.places()));
  const std::weak_ptr<Peer> weak = peer;
  const auto dismiss = [this, weak] {
    if (const auto held = weak.lock()) drop(held, Doorkeeper::busy());
  };
  if (!doorkeeper_.let_in(*peer, dismiss)) return drop(peer, Doorkeeper::busy());
  const auto downlink = peer->request().downlink();
  const std::string believes =
      downlink ? ", and believes that its network carries " + std::to_string(std::lround(*downlink / 1000)) + " kbit/s"
               : "";
  const Way way = way_of(peer->request());
  constexpr std::array kWords{"", " by WebSocket", " for results alone"};
  g_info("%sa viewer joins from %s%s%s; %zu now", label_.c_str(), peer->request().address.c_str(),
         kWords.at(static_cast<std::size_t>(way)), believes.c_str(), viewers_.size() + 1);
  start(peer, way);
}

// It gets what it is sent.
void Viewers::seat(const std::shared_ptr<Peer>& peer, Way way) {
  if (!viewers_.contains(peer) || seated_.contains(peer.get())) return;
  const std::string person = person_of(*peer);
  if (!people_.has_place(person, stream_)) return drop(peer, full(people_.places()));
  doorkeeper_.stays(*peer);
  seated_.emplace(peer.get(), person);
  people_.enter(person, stream_);
  metrics_.add_join(way);
}

void Viewers::leave(const std::shared_ptr<Peer>& peer) {
  doorkeeper_.leave(*peer);
  if (const auto seat = seated_.extract(peer.get())) people_.leave(seat.mapped(), stream_);
  const auto found = viewers_.extract(peer);
  if (!found.empty()) found.mapped()->end();
}

Viewer::Events Viewers::events_for(const std::shared_ptr<Peer>& peer, Way way) {
  Viewer::Events events;
  const std::weak_ptr<Peer> weak = peer;
  events.send = [weak](const std::string& json) {
    if (const auto held = weak.lock()) held->send(json);
  };
  events.send_bytes = [weak](GBytes* bytes) {
    if (const auto held = weak.lock()) held->send_bytes(bytes);
  };
  events.failed = [this, weak](const protocol::Error& error) {
    if (const auto held = weak.lock()) drop(held, error);
  };
  events.stays = [this, weak, way] {
    if (const auto held = weak.lock()) seat(held, way);
  };
  events.now = facts_.now;
  events.stream_info = facts_.stream_info;
  events.model_states = facts_.model_states;
  events.window = facts_.window;
  events.input = [this, may = peer->rights().control](const protocol::Input& input) {
    return may ? facts_.input(input) : std::optional(protocol::Error{"forbidden", kForbidden});
  };
  events.properties = [this] { return producer_.properties(); };
  events.may_control = peer->rights().control;
  events.set_property = [this, may = events.may_control](const protocol::SetRequest& request) {
    return may ? producer_.set_property(request) : std::optional(protocol::Error{"forbidden", kForbidden});
  };
  return events;
}

// In place of the one that it had.
void Viewers::start(const std::shared_ptr<Peer>& peer, Way way) {
  auto events = events_for(peer, way);
  const unsigned number = next_number_++;
  const auto downlink = peer->request().downlink();
  auto& place = viewers_[peer];
  if (place) place->end();
  if (way == Way::kResults) {
    const auto viewer = std::make_shared<ResultsViewer>(std::move(events));
    place = viewer;
    viewer->start();
  } else if (way == Way::kSocket) {
    const auto viewer = std::make_shared<SocketViewer>(output_, number, std::move(events));
    place = viewer;
    viewer->start(downlink);
  } else {
    const std::weak_ptr<Peer> weak = peer;
    const WebrtcConnection::Events of_connection{.signal =
                                                     [weak](const protocol::ServerSignal& message) {
                                                       if (const auto held = weak.lock())
                                                         held->send(protocol::encode(message));
                                                     },
                                                 .failed = events.failed,
                                                 .stays = events.stays,
                                                 .wants_socket =
                                                     [this, weak] {
                                                       if (const auto held = weak.lock()) start(held, Way::kSocket);
                                                     }};
    const auto connection = std::make_shared<WebrtcConnection>(reaper_, number, of_connection);
    place = std::make_shared<WebrtcViewer>(output_, "", std::move(events), connection);
    connection->start(ice_, downlink);
  }
}

bool Viewers::join(const std::shared_ptr<Peer>& peer, const std::shared_ptr<WebrtcConnection>& connection) {
  if (!people_.has_place(person_of(*peer), stream_) || !output_.has_key_frames()) return false;
  viewers_[peer] = std::make_shared<WebrtcViewer>(output_, stream_, events_for(peer, Way::kWebrtc), connection);
  return true;
}

void Viewers::drop(const std::shared_ptr<Peer>& peer, const protocol::Error& error) {
  metrics_.add_refusal(error.code);
  // by its connection it gets others, which go on
  const bool shared = !peer->request().streams.empty();
  if (shared) peer->send(protocol::encode(protocol::ServerSignal(protocol::Error{error.code, error.message, stream_})));
  leave(peer);
  g_info("%sa viewer is dropped (%s: %s); %zu now", label_.c_str(), error.code.c_str(), error.message.c_str(),
         viewers_.size());
  if (!shared) peer->refuse(error, error.code == "busy" ? Peer::kStranger : Peer::kPatience);
}

void Viewers::handle(const std::shared_ptr<Peer>& peer, std::string_view text) {
  const auto found = viewers_.find(peer);
  if (found == viewers_.end()) return;
  const auto viewer = found->second;  // handle() may take the viewer out of the map
  viewer->handle(text);
}

std::vector<std::shared_ptr<Viewer>> Viewers::all() const {
  std::vector<std::shared_ptr<Viewer>> viewers;
  viewers.reserve(viewers_.size());
  for (const auto& [peer, viewer] : viewers_) viewers.push_back(viewer);
  return viewers;
}

bool Viewers::needs_results() const {
  return std::ranges::any_of(viewers_, [](const auto& one) { return one.second->needs_results(); });
}

void Viewers::end(const protocol::Error& why) {
  while (!viewers_.empty()) {
    const auto peer = viewers_.begin()->first;
    drop(peer, why);
  }
}
