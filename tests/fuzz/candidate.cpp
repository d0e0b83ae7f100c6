// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer's ICE candidate.
#include "viewer/candidate.h"

#include <algorithm>

#include "base/protocol.h"
#include "must.h"

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
  const std::string text(data, std::min(size, protocol::kMaxCandidate));
  // it goes on to webrtcbin and libnice, which look at less
  if (parse_candidate(text))
    must(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }), "a candidate is one line");
  return 0;
}
