// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_list.h"

#include <algorithm>

#include "base/deadlines.h"
#include "http/tokens.h"

namespace {

// They cost next to nothing, but a descriptor each.
constexpr std::size_t kOfOne = 16;
constexpr std::size_t kAll = 256;

protocol::Error busy() {
  return {"busy", "too many others ask which streams there are; try again"};
}

}  // namespace

StreamList::StreamList(std::function<protocol::StreamList()> now, std::function<void(const std::string&)> refused)
    : now_(std::move(now)), refused_(std::move(refused)), room_(kOfOne, kAll) {}

void StreamList::add(const std::shared_ptr<Peer>& peer) {
  const std::string& address = peer->request().address;
  const auto [taken, leaves] = room_.enter(peer.get(), network_of(address));
  if (leaves) {
    const auto other =
        std::ranges::find_if(readers_, [guest = leaves](const auto& one) { return one.first.get() == guest; });
    if (other != readers_.end()) drop(std::shared_ptr(other->first), busy());
  }
  if (!taken) return drop(peer, busy());
  tell(peer, readers_[peer], now_());
}

void StreamList::tell(const std::shared_ptr<Peer>& peer, Reader& reader, protocol::StreamList streams) {
  if (reader.sent != reader.acknowledged) return;
  std::erase_if(streams.streams, [&peer](const auto& stream) { return !peer->rights().are_for(stream.name); });
  const std::string list = protocol::encode(streams);
  if (reader.last == list) return;
  reader.last = list;
  ++reader.sent;
  reader.deadline = from_now(deadlines().heartbeat);
  peer->send(list);
}

void StreamList::changed() {
  const auto streams = now_();
  for (auto& [peer, reader] : readers_) tell(peer, reader, streams);
}

void StreamList::handle(const std::shared_ptr<Peer>& peer, std::string_view text) {
  const auto found = readers_.find(peer);
  if (found == readers_.end()) return;
  auto& reader = found->second;
  const auto message = protocol::parse_socket(text);
  if (const auto* error = std::get_if<protocol::Error>(&message)) return drop(peer, *error);
  const auto* ack = std::get_if<protocol::Ack>(&message);
  if (!ack) return drop(peer, {"unexpected", "here is the list of the streams only; each has its own connection"});
  if (ack->number != reader.sent)
    return drop(peer, {"unexpected", "an acknowledgement of " + std::to_string(ack->number) + " messages; " +
                                         std::to_string(reader.sent) + " were sent"});
  reader.acknowledged = reader.sent;
  tell(peer, reader, now_());
}

void StreamList::leave(const std::shared_ptr<Peer>& peer) {
  room_.leave(peer.get());
  readers_.erase(peer);
}

void StreamList::check_deadlines() {
  const gint64 now = g_get_monotonic_time();
  for (auto next = readers_.begin(); next != readers_.end();) {
    const auto& [peer, reader] = *next++;
    if (reader.sent != reader.acknowledged && now > reader.deadline)
      drop(std::shared_ptr(peer), {"timeout", "no acknowledgement for " + seconds_text(deadlines().heartbeat)});
  }
}

void StreamList::drop(const std::shared_ptr<Peer>& peer, const protocol::Error& error) {
  refused_(error.code);
  leave(peer);
  peer->refuse(error, Peer::kStranger);
}

void StreamList::end(const std::string& why) {
  while (!readers_.empty()) drop(std::shared_ptr(readers_.begin()->first), {"shutdown", why});
}
