// SPDX-License-Identifier: LGPL-2.1-or-later
#include "doorkeeper.h"

#include <algorithm>
#include <string>

#include "http/tokens.h"

namespace {

// From one network, and in all where there are fewer places.
constexpr std::size_t kOfOne = 10;
constexpr std::size_t kOfAll = 16;

}  // namespace

Doorkeeper::Doorkeeper(std::size_t places) : room_(kOfOne, std::max(kOfAll, places)) {}

bool Doorkeeper::let_in(const Peer& peer, std::function<void()> dismiss) {
  // this machine's own programs need not be told from each other: any of them could do worse
  const bool own = is_loopback(peer.request().address);
  const std::string network = own ? std::to_string(next_own_++) : network_of(peer.request().address);
  const auto [taken, leaves] = room_.enter(&peer, network);
  if (leaves)
    if (const auto other = dismiss_.extract(leaves)) other.mapped()();
  if (!taken) return false;
  if (!own && !pace_.come(network, static_cast<double>(g_get_monotonic_time()) / 1e6)) {
    room_.leave(&peer);
    return false;
  }
  dismiss_.emplace(&peer, std::move(dismiss));
  return true;
}

void Doorkeeper::stays(const Peer& peer) {
  if (!dismiss_.contains(&peer)) return;  // it was let in elsewhere
  leave(peer);
  pace_.stayed(network_of(peer.request().address));
}

void Doorkeeper::leave(const Peer& peer) {
  room_.leave(&peer);
  dismiss_.erase(&peer);
}

protocol::Error Doorkeeper::busy() {
  return {"busy", "too many who have not begun to watch yet; try again"};
}
