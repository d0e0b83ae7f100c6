// SPDX-License-Identifier: LGPL-2.1-or-later
// What the reports of the last seconds show of a link: how long packets queue, how much arrives while they do, how many
// are lost. All times are µs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>

#include "sent_log.h"

class LinkTrace {
 public:
  struct Stretch {  // of packets sent one after the other
    std::size_t packets = 0;
    std::size_t sent_bytes = 0;
    double loss = 0;    // 0 to 1
    double rate = 0;    // bit/s that arrived
    double median = 0;  // of the delays, on the scale of queue()
  };

  void add(std::span<const SentLog::Report> reports);

  // When the newest packet of which we know that it arrived was sent.
  std::optional<std::int64_t> newest() const;

  // The least delay of what was sent from `from` to `to`, above the least of the last seconds: a queue that even the
  // luckiest packet met, and so neither one large picture nor jitter. Nothing if that is less than `bursts` bursts.
  std::optional<std::int64_t> queue(std::int64_t from, std::int64_t to, std::size_t bursts) const;
  // The same, of the last `window` µs or the last `bursts` bursts, whichever is longer; nothing before `start`.
  std::optional<std::int64_t> queue_now(std::int64_t window, std::size_t bursts, std::int64_t start) const;
  // The queue grows so fast that two bursts are enough to know.
  bool rises(std::int64_t start) const;
  // Of the newest packet that arrived, whether it was the first of its burst or not.
  std::int64_t last_delay() const;
  // How much the delay differs from one burst to the next, on a link as it usually is.
  std::int64_t noise() const { return static_cast<std::int64_t>(noise_); }

  // bit/s that arrive while packets queue: what the link gives us. Nothing if too few of the newest ones did that were
  // sent since `start`.
  std::optional<double> busy_rate(std::int64_t start = std::numeric_limits<std::int64_t>::min()) const;

  Stretch since(std::int64_t sent) const;

 private:
  struct Packet {
    std::int64_t seq = 0;
    std::int64_t sent = 0;
    std::optional<std::int64_t> arrival;
    std::size_t bytes = 0;
    std::int64_t delay() const { return *arrival - sent; }
  };
  struct Burst {  // what left at once
    std::int64_t sent = 0;
    std::int64_t delay = 0;  // of the packet that met the shortest queue
  };
  struct Second {
    std::int64_t start = 0;
    std::int64_t least = 0;
  };

  struct Busy {
    std::int64_t time = 0;
    std::size_t bytes = 0;
  };

  void add(const SentLog::Report& report);
  Busy busy(std::int64_t start) const;
  void add_arrival(const Packet& packet);
  std::int64_t base() const;

  std::deque<Packet> packets_;  // by their numbers
  std::deque<Burst> bursts_;
  std::deque<Second> seconds_;
  double noise_ = 0;
  double noises_ = 0;
};
