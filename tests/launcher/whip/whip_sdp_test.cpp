// SPDX-License-Identifier: LGPL-2.1-or-later
#include "whip/whip_sdp.h"

#include <gtest/gtest.h>

namespace {

const std::string kVideo =
    "v=0\r\no=- 1 0 IN IP4 0.0.0.0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n"
    "a=mid:video0\r\n";
const std::string kAudio = "m=audio 9 UDP/TLS/RTP/SAVPF 97\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=mid:audio1\r\n";
const Gathered kTwo{{"candidate:1 1 UDP 2 192.0.2.1 5000 typ host", "candidate:2 1 UDP 1 192.0.2.1 6000 typ host"},
                    true};
const std::string kLines =
    "a=candidate:1 1 UDP 2 192.0.2.1 5000 typ host\r\na=candidate:2 1 UDP 1 192.0.2.1 6000 typ host\r\n";

TEST(WhipSdp, CandidatesStandInTheFirstSection) {
  EXPECT_EQ(with_candidates(kVideo, kTwo), kVideo + kLines + "a=end-of-candidates\r\n");
  EXPECT_EQ(with_candidates(kVideo + kAudio, {kTwo.candidates, false}), kVideo + kLines + kAudio);
}

TEST(WhipSdp, AFragmentNamesSectionAndIceSession) {
  EXPECT_EQ(trickle_fragment(kVideo + kAudio, kTwo),
            "a=ice-ufrag:u\r\na=ice-pwd:p\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:video0\r\n" + kLines +
                "a=end-of-candidates\r\n");
}

}  // namespace
