// SPDX-License-Identifier: LGPL-2.1-or-later
// Candidates in SDP, as a WHIP endpoint takes them (RFC 9725, 4.3.1). All media are bundled, so they stand in the first
// media section. Pure.
#pragma once

#include <string>
#include <vector>

struct Gathered {
  std::vector<std::string> candidates;  // "candidate:…"
  bool complete = false;                // there will be no more
};

// The offer with candidates in it.
std::string with_candidates(const std::string& offer, const Gathered& gathered);
// Those that were found later: the body of a PATCH (application/trickle-ice-sdpfrag, RFC 8840, 4.4). The offer names
// the media section and what ICE's requests are checked with.
std::string trickle_fragment(const std::string& offer, const Gathered& gathered);
