// SPDX-License-Identifier: LGPL-2.1-or-later
// What a viewer sends through its WebSocket.
#include "base/protocol.h"
#include "sent_error.h"

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
  const auto signal = protocol::parse_signal({data, size});
  if (const auto* error = std::get_if<protocol::Error>(&signal)) must_be_sendable(*error);
  if (const auto* candidate = std::get_if<protocol::Candidate>(&signal))
    must(candidate->candidate.size() <= protocol::kMaxCandidate, "a candidate is not longer than it may be");
  if (protocol::parse_token({data, size})) {
    const auto* error = std::get_if<protocol::Error>(&signal);
    must(error && error->code == "unknown-type", "a token is no other message");
  }
  return 0;
}
