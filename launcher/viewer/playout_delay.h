// SPDX-License-Identifier: LGPL-2.1-or-later
// RTP header extension playout-delay, http://www.webrtc.org/experiments/rtp-hdrext/playout-delay. GStreamer (1.22,
// 1.26) has no element for it.
// min = max = 0 puts Chromium into its low-latency renderer, which has no smoothing queue. But then Chromium ignores a
// delay that the page sets (RTCRtpReceiver.jitterBufferTarget). With a larger maximum the page may set one.
#pragma once

#include <gst/rtp/rtp.h>

#include <array>
#include <cstdint>

#include "base/gst_ptr.h"

G_DECLARE_FINAL_TYPE(CvPlayoutDelay, cv_playout_delay, CV, PLAYOUT_DELAY, GstRTPHeaderExtension)

// 12 bits minimum, 12 bits maximum, in units of 10 ms.
constexpr std::array<std::uint8_t, 3> pack_playout_delay(unsigned min_ms, unsigned max_ms) {
  const unsigned value = ((min_ms / 10) & 0xfff) << 12 | ((max_ms / 10) & 0xfff);
  return {static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value)};
}

// The last id of the one-byte form. A pipeline file that numbers its own extensions (extmap-1=…) starts at the other
// end.
inline constexpr unsigned kPlayoutDelayId = 14;

// For a payloader that is not running yet.
GstPtr<CvPlayoutDelay> add_playout_delay(GstElement* payloader);

// The receiver may delay frames by up to `max_ms`; before the first call, not at all. Any thread, at any time.
void set_playout_delay_max(CvPlayoutDelay* extension, unsigned max_ms);
