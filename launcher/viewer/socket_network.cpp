// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socket_network.h"

#include <algorithm>
#include <utility>

namespace {

constexpr std::int64_t kMostUnderWay = 300'000;  // µs
// No network takes longer: who says so has not answered at once.
constexpr std::int64_t kLongestRoundTrip = 1'000'000;
// Acknowledgements come one by one. LinkControl wants them as transport-cc brings them: some together.
constexpr guint kTellMs = 25;
constexpr std::size_t kLeastPadding = 300;
constexpr std::size_t kMostPadding = 1200;

// With the headers of WebSocket (RFC 6455, 5.2), TCP with time stamps, and IP.
std::size_t on_wire(std::size_t bytes) {
  constexpr std::size_t kSegment = 1448;
  constexpr std::size_t kTcpIp = 52;
  const std::size_t framed = bytes + (bytes < 126 ? 2 : 4);
  return framed + kTcpIp * ((framed + kSegment - 1) / kSegment);
}

}  // namespace

void SocketNetwork::sent(std::size_t bytes, Kind kind) {
  const std::size_t size = on_wire(bytes);
  last_sent_ = g_get_monotonic_time();
  log_.sent(last_sent_, static_cast<std::uint32_t>(size), kind != Kind::kOther);
  if (kind == Kind::kOther)
    other_bytes_ += size;
  else
    sent_.push_back({last_sent_, size, kind == Kind::kPadding});
  note_oldest();
}

bool SocketNetwork::acknowledged(std::uint32_t number, double at) {
  const auto reports = log_.acknowledged(number, static_cast<std::int64_t>(at * 1000), g_get_monotonic_time());
  if (!reports) return false;
  note_oldest();
  reports_.insert(reports_.end(), reports->begin(), reports->end());
  if (!reports_.empty() && !teller_.running()) teller_.once(kTellMs, [this] { report(std::exchange(reports_, {})); });
  return true;
}

void SocketNetwork::note_oldest() {
  round_trip_ = std::min(log_.round_trip().value_or(0), kLongestRoundTrip);
  oldest_ = log_.oldest().value_or(kNone);
}

bool SocketNetwork::behind() const {
  const std::int64_t oldest = oldest_;
  return oldest != kNone && g_get_monotonic_time() - oldest - round_trip_ > kMostUnderWay;
}

void SocketNetwork::take_sent(std::vector<Packet>& into) {
  into.clear();
  std::swap(sent_, into);  // both keep their memory
}

void SocketNetwork::send_padding(double& owed) const {
  while (owed >= kLeastPadding && !behind()) {
    const std::size_t size = std::min(kMostPadding, static_cast<std::size_t>(owed));
    owed -= static_cast<double>(on_wire(size));
    pad_(size);
  }
}

void SocketNetwork::stop() {
  pace_.set(0);
  teller_.stop();
  Network::stop();
}
