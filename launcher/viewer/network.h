// SPDX-License-Identifier: LGPL-2.1-or-later
// What is known of one viewer's network: what left when, and what the browser says of its arrival. Main thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "link/sent_log.h"

class Network {
 public:
  using OnReports = std::function<void(const std::vector<SentLog::Report>&)>;
  struct Packet {
    std::int64_t sent = 0;  // monotonic µs
    std::size_t bytes = 0;  // on the wire
    bool duplicate = false;
  };

  Network() = default;
  virtual ~Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Each time that the browser has told of packets.
  void on_reports(OnReports call) { on_reports_ = std::move(call); }
  // The packets that left since the last call, which `into` has from then on.
  virtual void take_sent(std::vector<Packet>& into) = 0;
  // Bytes so far of all that is no video: results, sound, control. On the wire.
  virtual std::uint64_t other_bytes() const = 0;
  // From now on so many bit/s go out beside the video, of no use but to see whether they arrive; 0: none.
  virtual void probe(double bits) = 0;
  // Until further notice no picture leaves, and the first one after that is a key frame.
  virtual void pause(bool /*paused*/) {}
  virtual void stop() { on_reports_ = nullptr; }

 protected:
  void report(const std::vector<SentLog::Report>& reports) const {
    if (on_reports_ && !reports.empty()) on_reports_(reports);
  }

 private:
  OnReports on_reports_;
};
