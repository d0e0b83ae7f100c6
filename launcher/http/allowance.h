// SPDX-License-Identifier: LGPL-2.1-or-later
// How much a viewer may send: much at once, and a little all the time, so that one that says something now and then may
// stay for ever. Pure.
#pragma once

#include <algorithm>
#include <cstdint>

class Allowance {
 public:
  // At once; and of one message, whole or not: libsoup before 3.7.1 keeps the pieces of one without limit.
  static constexpr std::uint64_t kAtOnce = 2 << 20;
  static constexpr std::uint64_t kASecond = 32 << 10;

  // `received`: bytes so far, of all kinds; `seconds` on any clock.
  bool exceeded(std::uint64_t received, double seconds) {
    const double passed = seconds - seconds_;
    used_ = std::max(0.0, used_ - passed * kASecond) + static_cast<double>(received - received_);
    seconds_ = seconds;
    received_ = received;
    return used_ > kAtOnce || received - message_ > kAtOnce;
  }
  // A message has come to its end.
  void whole(std::uint64_t received) { message_ = received; }

 private:
  std::uint64_t received_ = 0;
  std::uint64_t message_ = 0;
  double used_ = 0;
  double seconds_ = 0;
};
