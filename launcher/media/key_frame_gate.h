// SPDX-License-Identifier: LGPL-2.1-or-later
// When an encoder may be asked for a key frame. No viewer's request is lost, but requests close together become one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

class KeyFrameGate {
 public:
  // A viewer that joins waits for its picture. One that asks again (PLI) may have a bad network, or may mean harm.
  static constexpr std::int64_t kJoinIntervalMs = 100;
  static constexpr std::int64_t kAgainIntervalMs = 500;

  // A request at `now` (ms on any monotonic clock). Returns how long to wait before the encoder is asked; nothing if a
  // wait under way is enough.
  std::optional<std::int64_t> request(std::int64_t now, bool join) {
    const std::int64_t interval = join ? kJoinIntervalMs : kAgainIntervalMs;
    const std::int64_t due = last_ ? std::max(now, *last_ + interval) : now;
    if (pending_ && *pending_ <= due) return std::nullopt;
    pending_ = due;
    return due - now;
  }
  // The wait is over. True if the encoder is to be asked now, false if a shorter wait has already asked.
  bool fire(std::int64_t now) {
    if (!pending_ || *pending_ > now) return false;
    pending_.reset();
    last_ = now;
    return true;
  }

 private:
  std::optional<std::int64_t> last_;
  std::optional<std::int64_t> pending_;
};
