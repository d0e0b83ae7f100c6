// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer's feedback about packets of which some left: two bytes for the first number, then each feedback with its
// length in front.
#include "link/feedback.h"

#include <algorithm>

#include "link/sent_log.h"
#include "sane_decision.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  auto seq = static_cast<std::uint16_t>(data[0] << 8 | data[1]);
  static SentLog log;
  log = SentLog();
  LinkControl control;
  control.rungs({{1e6, 30}, {2e5, 30}, {3e4, 10}});
  std::span<const std::uint8_t> rest(data + 2, size - 2);
  std::int64_t now = 0;
  while (!rest.empty()) {
    const std::size_t length = std::min<std::size_t>(rest[0], rest.size() - 1);
    const auto feedback = Feedback::parse(rest.subspan(1, length));
    rest = rest.subspan(1 + length);
    for (int i = 0; i < 10; ++i) {
      log.sent(seq++, now += 10'000, 1000);
      control.sent(now, 1000, false);
    }
    if (!feedback) continue;
    must(!feedback->packets.empty() && feedback->packets.size() <= Feedback::kMaxPackets,
         "a feedback is of some packets");
    const auto reports = log.match(*feedback);
    must(reports.size() <= feedback->packets.size(), "no packet is reported twice");
    control.reported(now, reports);
    const auto decision = control.decide(now);
    must_be_sane(decision);
    control.switched(now, decision.rung);
  }
  return 0;
}
