// SPDX-License-Identifier: LGPL-2.1-or-later
// What a viewer sends through its data channel "control".
#include <cmath>

#include "base/protocol.h"
#include "sent_error.h"

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
  const auto [control, stream] = protocol::parse_control({data, size});
  if (const auto* error = std::get_if<protocol::Error>(&control)) must_be_sendable(*error);
  if (const auto* ping = std::get_if<protocol::Ping>(&control)) must(std::isfinite(ping->t), "a ping's time is finite");
  if (const auto* playout = std::get_if<protocol::PlayoutRequest>(&control))
    must(playout->max_ms / 10 < 1U << 12U, "a playout delay fits the header extension");
  if (const auto* set = std::get_if<protocol::SetRequest>(&control))
    if (const auto* number = std::get_if<double>(&set->value)) must(std::isfinite(*number), "a number is finite");
  const auto* video = std::get_if<protocol::VideoRequest>(&control);
  if (video && video->max_bitrate)
    must(*video->max_bitrate >= 1 && *video->max_bitrate <= 1e12, "a bit rate is in range");
  return 0;
}
