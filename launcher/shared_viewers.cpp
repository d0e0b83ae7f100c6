// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shared_viewers.h"

#include <algorithm>

namespace {

// An answer of more may be too long for a message.
constexpr std::size_t kMostStreams = 32;
constexpr gint64 kPatience = 1500 * 1000;  // µs
constexpr guint kLookMs = 20;

}  // namespace

SharedViewers::SharedViewers(Streams& streams, Reaper& reaper, const Ice& ice, Metrics& metrics, std::size_t places)
    : streams_(streams), reaper_(reaper), ice_(ice), metrics_(metrics), doorkeeper_(places) {}

void SharedViewers::add(const std::shared_ptr<Peer>& peer) {
  const std::weak_ptr<Peer> weak = peer;
  const auto dismiss = [this, weak] {
    if (const auto held = weak.lock()) drop(held, Doorkeeper::busy());
  };
  if (!doorkeeper_.let_in(*peer, dismiss)) return drop(peer, Doorkeeper::busy());
  waiting_.emplace(peer, g_get_monotonic_time() + kPatience);
  look();
  if (!waiting_.empty() && !timer_.running()) timer_.every(kLookMs, [this] { look(); });
}

// What is offered is offered once. Sources that have just begun, or sleep, need not take long.
void SharedViewers::look() {
  std::vector<std::shared_ptr<Peer>> ready;
  for (const auto& [peer, until] : waiting_)
    if (!is_early(*peer) || g_get_monotonic_time() > until) ready.push_back(peer);
  for (const auto& peer : ready)
    if (waiting_.erase(peer) > 0) start(peer);
  if (waiting_.empty()) timer_.stop();
}

// Whether it should wait. What it waits for learns that.
bool SharedViewers::is_early(const Peer& peer) const {
  bool early = false;
  std::size_t asked = 0;
  for (const auto& name : peer.request().streams) {
    LiveStream* stream = peer.rights().are_for(name) ? streams_.find(name) : nullptr;
    if (!stream || ++asked > kMostStreams) continue;
    stream->expect();
    early |= stream->on_its_way(name);
  }
  return early;
}

void SharedViewers::start(const std::shared_ptr<Peer>& peer) {
  const auto connection = std::make_shared<WebrtcConnection>(reaper_, next_number_++, events_for(peer));
  std::size_t carried = 0;
  for (const auto& name : peer->request().streams) {
    LiveStream* stream = peer->rights().are_for(name) ? streams_.find(name) : nullptr;
    if (stream && carried < kMostStreams && stream->viewers(name).join(peer, connection)) ++carried;
  }
  if (carried == 0)
    return drop(peer, {"no-stream", "none of these streams can be carried now; one by one they say why"});
  g_info("connection %u, from %s, carries %zu streams", connection->number(), peer->request().address.c_str(), carried);
  connections_.emplace(peer, connection);
  connection->start(ice_, peer->request().downlink());
}

WebrtcConnection::Events SharedViewers::events_for(const std::shared_ptr<Peer>& peer) {
  const std::weak_ptr<Peer> weak = peer;
  return {.signal =
              [weak](const protocol::ServerSignal& message) {
                if (const auto held = weak.lock()) held->send(protocol::encode(message));
              },
          .failed =
              [this, weak](const protocol::Error& error) {
                // what ends because it is dropped has failed for nobody
                if (const auto held = weak.lock(); held && connections_.contains(held)) drop(held, error);
              },
          .stays =
              [this, weak] {
                if (const auto held = weak.lock()) seat(held);
              },
          .wants_socket = nullptr,
          .emptied =
              [this, weak] {
                const auto held = weak.lock();
                if (held && connections_.contains(held)) drop(held, {"no-stream", "all of its streams have ended"});
              }};
}

void SharedViewers::seat(const std::shared_ptr<Peer>& peer) {
  doorkeeper_.stays(*peer);
  for (const auto& name : peer->request().streams)
    if (LiveStream* stream = streams_.find(name)) stream->viewers(name).seat(peer, Way::kWebrtc);
}

void SharedViewers::handle(const std::shared_ptr<Peer>& peer, std::string_view text) {
  if (waiting_.contains(peer)) return drop(peer, {"unexpected", "a message before the offer; wait for the offer"});
  const auto found = connections_.find(peer);
  if (found == connections_.end()) return;
  const auto connection = found->second;  // handle() may take it out of the map
  connection->handle(text);
}

// A stream that has come meanwhile, by the name of one that went, does not know this viewer.
void SharedViewers::leave(const std::shared_ptr<Peer>& peer) {
  doorkeeper_.leave(*peer);
  waiting_.erase(peer);
  const auto connection = connections_.extract(peer);
  for (const auto& name : peer->request().streams)
    if (LiveStream* stream = streams_.find(name)) stream->viewers(name).leave(peer);
}

void SharedViewers::drop(const std::shared_ptr<Peer>& peer, const protocol::Error& error) {
  metrics_.add_refusal(error.code);
  const bool stranger = !connections_.contains(peer);
  leave(peer);
  g_info("the connection from %s is dropped (%s: %s)", peer->request().address.c_str(), error.code.c_str(),
         error.message.c_str());
  peer->refuse(error, stranger ? Peer::kStranger : Peer::kPatience);
}

void SharedViewers::end(const std::string& why) {
  while (!waiting_.empty() || !connections_.empty()) {
    const auto peer = waiting_.empty() ? connections_.begin()->first : waiting_.begin()->first;
    drop(peer, {"shutdown", why});
  }
}
