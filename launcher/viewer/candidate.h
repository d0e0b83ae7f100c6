// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer's ICE candidate. Pure: text in, verdict out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

inline constexpr unsigned kMaxCandidates = 50;

struct ParsedCandidate {
  // UDP, and an address: TCP is off, libnice does not resolve ".local", and webrtcbin before 1.26.7 uses freed memory
  // when it does
  bool usable = false;
};

// RFC 8839 §5.1; nothing if it is not a candidate.
std::optional<ParsedCandidate> parse_candidate(std::string_view text);
