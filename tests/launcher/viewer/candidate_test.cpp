// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer/candidate.h"

#include <gtest/gtest.h>

namespace {

bool usable(const char* text) {
  const auto parsed = parse_candidate(text);
  EXPECT_TRUE(parsed) << text;
  return parsed && parsed->usable;
}

TEST(Candidate, TakesUdpOverAnAddress) {
  EXPECT_TRUE(usable("candidate:1 1 UDP 2130706431 192.0.2.1 50000 typ host"));
  EXPECT_TRUE(usable("candidate:a+/ 1 udp 1 2001:db8::1 65535 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag a/b"));
}

TEST(Candidate, LeavesOutTcpAndNames) {
  EXPECT_FALSE(usable("candidate:1 1 TCP 2105458943 192.0.2.1 9 typ host tcptype active"));
  EXPECT_FALSE(usable("candidate:1 1 UDP 2113937151 0c1a2b3d-4e5f.local 50000 typ host"));
}

TEST(Candidate, RefusesWhatIsNone) {
  for (const char* text :
       {"", "candidate:", "candidate:1 1 UDP 1 192.0.2.1 9", "a=candidate:1 1 UDP 1 192.0.2.1 9 typ host",
        "candidate:1 1 UDP 1 192.0.2.1 65536 typ host", "candidate:1 1 UDP 1 192.0.2.1 -1 typ host",
        "candidate:1 1 UDP 1 192.0.2.1 9 typ host ", "candidate:1 1 UDP 1 192.0.2.1 9 typ host\r\na=x"})
    EXPECT_FALSE(parse_candidate(text)) << text;
}

TEST(Candidate, ALongTextIsNoDanger) {
  for (const char* start : {"", "candidate:", "candidate:1 1 UDP 1 192.0.2.1 9 typ host "})
    EXPECT_FALSE(parse_candidate(start + std::string(900'000, 'x')));
}

}  // namespace
