// SPDX-License-Identifier: LGPL-2.1-or-later
#include "link_trace.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

constexpr std::int64_t kMs = 1000;
constexpr std::int64_t kSecond = 1000 * kMs;
constexpr std::int64_t kKept = 3 * kSecond;
constexpr std::size_t kMostPackets = 4096;
// The least delay is looked for in so long: clocks that differ by 200 ppm drift by 3 ms in it, and what was nonsense,
// or a way that has become longer, is forgotten after it.
constexpr std::int64_t kBaseKept = 15 * kSecond;
// No link delays by so much: the viewer's clock has jumped, or it lies.
constexpr std::int64_t kJump = 10 * kSecond;
constexpr std::int64_t kBurst = 4 * kMs;
constexpr std::int64_t kQueued = 12 * kMs;
constexpr std::int64_t kBusyAgo = kSecond;
constexpr std::int64_t kBusyKept = 500 * kMs;

}  // namespace

void LinkTrace::add(std::span<const SentLog::Report> reports) {
  for (const auto& report : reports) add(report);
}

void LinkTrace::add(const SentLog::Report& report) {
  const Packet packet{report.seq, report.sent, report.arrival, report.bytes};
  if (!packets_.empty() && packet.seq <= packets_.back().seq) {
    // late: it was lost, or its first feedback was
    const auto at = std::lower_bound(packets_.begin(), packets_.end(), packet.seq,
                                     [](const Packet& a, std::int64_t seq) { return a.seq < seq; });
    if (at->seq != packet.seq) return;
    at->arrival = packet.arrival;
    if (seconds_.empty()) add_arrival(packet);
    return;
  }
  if (packet.arrival) add_arrival(packet);
  packets_.push_back(packet);
  while (packets_.size() > kMostPackets || packets_.front().sent < packet.sent - kKept) packets_.pop_front();
}

void LinkTrace::add_arrival(const Packet& packet) {
  const std::int64_t delay = packet.delay();
  if (!bursts_.empty() && std::abs(delay - bursts_.back().delay) > kJump) {
    packets_.clear();
    bursts_.clear();
    seconds_.clear();
  }
  if (seconds_.empty() || packet.sent - seconds_.back().start >= kSecond) seconds_.push_back({packet.sent, delay});
  seconds_.back().least = std::min(seconds_.back().least, delay);
  while (seconds_.front().start < packet.sent - kBaseKept) seconds_.pop_front();

  if (!bursts_.empty() && packet.sent - bursts_.back().sent < kBurst) {
    bursts_.back().delay = std::min(bursts_.back().delay, delay);
    return;
  }
  if (bursts_.size() >= 2) {
    const auto difference = static_cast<double>(std::abs(bursts_.back().delay - bursts_[bursts_.size() - 2].delay));
    noises_ = std::min(noises_ + 1, 64.0);
    noise_ += (std::min(difference, 60.0 * kMs) - noise_) / noises_;
  }
  bursts_.push_back({packet.sent, delay});
  while (bursts_.size() > kMostPackets || bursts_.front().sent < packet.sent - kKept) bursts_.pop_front();
}

std::int64_t LinkTrace::base() const {
  return std::min_element(seconds_.begin(), seconds_.end(),
                          [](const Second& a, const Second& b) { return a.least < b.least; })
      ->least;
}

std::optional<std::int64_t> LinkTrace::newest() const {
  if (bursts_.empty()) return std::nullopt;
  return bursts_.back().sent;
}

std::optional<std::int64_t> LinkTrace::queue(std::int64_t from, std::int64_t to, std::size_t bursts) const {
  std::size_t found = 0;
  std::optional<std::int64_t> least;
  for (auto burst = bursts_.rbegin(); burst != bursts_.rend() && burst->sent >= from; ++burst) {
    if (burst->sent > to) continue;
    ++found;
    least = least ? std::min(*least, burst->delay) : burst->delay;
  }
  if (found < std::max<std::size_t>(bursts, 1)) return std::nullopt;
  return *least - base();
}

std::optional<std::int64_t> LinkTrace::queue_now(std::int64_t window, std::size_t bursts, std::int64_t start) const {
  if (bursts_.size() < bursts) return std::nullopt;
  const std::int64_t newest = bursts_.back().sent;
  const std::int64_t from = std::min(newest - window, bursts_[bursts_.size() - bursts].sent);
  return queue(std::max(from, start), newest, bursts);
}

bool LinkTrace::rises(std::int64_t start) const {
  if (bursts_.size() < 2) return false;
  const Burst& last = bursts_.back();
  const Burst& before = bursts_[bursts_.size() - 2];
  if (before.sent < start) return false;
  return last.delay - before.delay > 25 * kMs && before.delay - base() > 15 * kMs + noise() &&
         last.delay - base() > 60 * kMs + 2 * noise();
}

std::int64_t LinkTrace::last_delay() const {
  const auto last =
      std::find_if(packets_.rbegin(), packets_.rend(), [](const Packet& packet) { return packet.arrival; });
  return last == packets_.rend() ? 0 : last->delay() - base();
}

LinkTrace::Busy LinkTrace::busy(std::int64_t start) const {
  if (seconds_.empty()) return {};
  const std::int64_t least = base();
  const Packet* last = nullptr;
  const Packet* first = nullptr;
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (auto packet = packets_.rbegin(); packet != packets_.rend(); ++packet) {
    if (packet->sent < start) break;
    if (!packet->arrival) continue;
    if (last == nullptr) {
      // the queue may have gone in the meantime
      if (packets_.back().sent - packet->sent > kBusyAgo) break;
      if (packet->delay() - least < 2 * kQueued) continue;
      last = &*packet;
    }
    if (packet->delay() - least < kQueued) break;
    if (*last->arrival - *packet->arrival > kBusyKept && count >= 8) break;
    if (first != nullptr) bytes += first->bytes;
    first = &*packet;
    ++count;
  }
  if (count < 4) return {};
  return {*last->arrival - *first->arrival, bytes};
}

std::optional<double> LinkTrace::busy_rate(std::int64_t start) const {
  const Busy stretch = busy(start);
  if (stretch.time < 20 * kMs) return std::nullopt;
  return static_cast<double>(stretch.bytes) * 8e6 / static_cast<double>(stretch.time);
}

LinkTrace::Stretch LinkTrace::since(std::int64_t sent) const {
  Stretch stretch;
  std::vector<std::int64_t> delays;
  std::size_t arrived_bytes = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  for (const Packet& packet : packets_) {
    if (packet.sent < sent) continue;
    if (stretch.packets++ == 0) first = packet.sent;
    last = packet.sent;
    stretch.sent_bytes += packet.bytes;
    if (!packet.arrival) continue;
    arrived_bytes += packet.bytes;
    delays.push_back(packet.delay());
  }
  if (stretch.packets == 0) return stretch;
  stretch.loss = 1 - static_cast<double>(delays.size()) / static_cast<double>(stretch.packets);
  if (!delays.empty()) last += *std::max_element(delays.begin(), delays.end()) - base();
  if (last > first) stretch.rate = static_cast<double>(arrived_bytes) * 8e6 / static_cast<double>(last - first);
  if (delays.empty()) return stretch;
  const auto middle = delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2);
  std::nth_element(delays.begin(), middle, delays.end());
  stretch.median = static_cast<double>(*middle - base());
  return stretch;
}
