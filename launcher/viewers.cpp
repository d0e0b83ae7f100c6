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

// Viewers who do not get their video yet: from one network, and in all where there are fewer places.
constexpr std::size_t kWaitingOfOne = 10;
constexpr std::size_t kWaiting = 16;

constexpr const char* kForbidden = "this viewer may watch, but not change what all viewers see";

// What a viewer says that its network carries, in bit/s.
std::optional<double> downlink_of(const Request& request) {
  constexpr guint64 kMost = 1'000'000'000'000;
  const auto found = request.query.find("downlink");
  guint64 bits = 0;
  if (found == request.query.end() || !g_ascii_string_to_unsigned(found->second.c_str(), 10, 1, kMost, &bits, nullptr))
    return std::nullopt;
  return static_cast<double>(bits);
}

Way way_of(const Request& request) {
  const auto wanted = request.query.find("transport");
  if (wanted == request.query.end()) return Way::kWebrtc;
  return wanted->second == "socket" ? Way::kSocket : wanted->second == "results" ? Way::kResults : Way::kWebrtc;
}

// Who it says that it is: the same in all connections of a page. Only compared.
std::string person_of(const Request& request) {
  constexpr std::size_t kLongest = 64;
  const auto found = request.query.find("viewer");
  return found == request.query.end() || found->second.size() > kLongest ? "" : found->second;
}

protocol::Error full(std::size_t places) {
  if (places == 0) return {"full", "nobody can watch here (--max-viewers=0); this server only publishes"};
  return {"full", "all " + std::to_string(places) + " places are taken; try again later"};
}

protocol::Error busy() {
  return {"busy", "too many who have not begun to watch yet; try again"};
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
      waiting_(kWaitingOfOne, std::max(kWaiting, people.places())) {}

void Viewers::add(const std::shared_ptr<Peer>& peer) {
  if (!people_.has_place(person_of(peer->request()), stream_)) return drop(peer, full(people_.places()));
  if (!let_in(peer)) return drop(peer, busy());
  const auto downlink = downlink_of(peer->request());
  const std::string believes =
      downlink ? ", and believes that its network carries " + std::to_string(std::lround(*downlink / 1000)) + " kbit/s"
               : "";
  const Way way = way_of(peer->request());
  constexpr std::array kWords{"", " by WebSocket", " for results alone"};
  g_info("%sa viewer joins from %s%s%s; %zu now", label_.c_str(), peer->request().address.c_str(),
         kWords.at(static_cast<std::size_t>(way)), believes.c_str(), viewers_.size() + 1);
  start(peer, way);
}

// A stranger who only comes and goes, or does not answer, takes no place, and not much of our time.
bool Viewers::let_in(const std::shared_ptr<Peer>& peer) {
  const std::string& address = peer->request().address;
  // this machine's own programs need not be told from each other: any of them could do worse
  const bool own = is_loopback(address);
  const std::string network = own ? std::to_string(next_number_) : network_of(address);
  const auto [taken, leaves] = waiting_.enter(peer.get(), network);
  if (leaves) {
    const auto other =
        std::ranges::find_if(viewers_, [guest = leaves](const auto& one) { return one.first.get() == guest; });
    if (other != viewers_.end()) drop(std::shared_ptr(other->first), busy());
  }
  if (!taken) return false;
  if (own || pace_.come(network, static_cast<double>(g_get_monotonic_time()) / 1e6)) return true;
  waiting_.leave(peer.get());
  return false;
}

// It gets what it is sent.
void Viewers::seat(const std::shared_ptr<Peer>& peer) {
  if (seated_.contains(peer.get())) return;
  const std::string person = person_of(peer->request());
  if (!people_.has_place(person, stream_)) return drop(peer, full(people_.places()));
  waiting_.leave(peer.get());
  pace_.stayed(network_of(peer->request().address));
  seated_.emplace(peer.get(), person);
  people_.enter(person, stream_);
}

void Viewers::leave(const std::shared_ptr<Peer>& peer) {
  waiting_.leave(peer.get());
  if (const auto seat = seated_.extract(peer.get())) people_.leave(seat.mapped(), stream_);
  const auto found = viewers_.extract(peer);
  if (!found.empty()) found.mapped()->end();
}

// In place of the one that it had.
void Viewers::start(const std::shared_ptr<Peer>& peer, Way way) {
  Viewer::Events events;
  const std::weak_ptr<Peer> weak = peer;
  events.signal = [weak](const protocol::ServerSignal& message) {
    if (const auto held = weak.lock()) held->send(protocol::encode(message));
  };
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
    const auto held = weak.lock();
    if (!held) return;
    seat(held);
    if (seated_.contains(held.get())) metrics_.add_join(way);
  };
  events.wants_socket = [this, weak] {
    if (const auto held = weak.lock()) start(held, Way::kSocket);
  };
  events.now = facts_.now;
  events.stream_info = facts_.stream_info;
  events.model_states = facts_.model_states;
  events.properties = [this] { return producer_.properties(); };
  events.may_control = peer->rights().control;
  events.set_property = [this, may = events.may_control](const protocol::SetRequest& request) {
    return may ? producer_.set_property(request) : std::optional(protocol::Error{"forbidden", kForbidden});
  };
  const unsigned number = next_number_++;
  const auto downlink = downlink_of(peer->request());
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
    const auto viewer = std::make_shared<WebrtcViewer>(output_, reaper_, number, std::move(events));
    place = viewer;
    viewer->start(ice_, downlink);
  }
}

void Viewers::drop(const std::shared_ptr<Peer>& peer, const protocol::Error& error) {
  metrics_.add_refusal(error.code);
  leave(peer);
  g_info("%sa viewer is dropped (%s: %s); %zu now", label_.c_str(), error.code.c_str(), error.message.c_str(),
         viewers_.size());
  peer->send(protocol::encode(protocol::ServerSignal(error)));
  if (error.code == "busy") return peer->close(SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, error.code, Peer::kStranger);
  peer->close(error.code == "shutdown" ? SOUP_WEBSOCKET_CLOSE_GOING_AWAY : SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
              error.code);
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
