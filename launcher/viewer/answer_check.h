// SPDX-License-Identifier: LGPL-2.1-or-later
// Refuses what webrtcbin (1.22 to 1.26) should refuse in an answer and lets pass. Pure: text in, verdict out.
#pragma once

#include <gst/sdp/gstsdpmessage.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/glib_ptr.h"
#include "base/protocol.h"

using SdpPtr = std::unique_ptr<GstSDPMessage, Deleter<gst_sdp_message_free>>;

struct AcceptedAnswer {
  std::string fingerprint;    // SHA-256, lower-case hex without colons
  SdpPtr sdp;                 // of its candidates only those that the server uses
  bool transport_cc = false;  // the viewer will tell which packets of its video arrive, and when
};

struct MediaSection {
  std::string media;                 // "video", "application", …
  std::vector<std::string> formats;  // payload types
  std::string mid{};
  std::uint32_t repair_ssrc = 0;  // of its retransmissions (a=ssrc-group:FID, RFC 5576); 0: there are none
};

// The media sections of a description that we made.
std::vector<MediaSection> media_sections(const std::string& sdp);

// The answer must have the offer's sections in the same order, and accept them all with formats that were offered. It
// must send no media, and name one SHA-256 fingerprint. Its candidates are held to the same rule as those that come one
// by one.
std::variant<AcceptedAnswer, protocol::Error> check_answer(const std::string& sdp,
                                                           const std::vector<MediaSection>& offered);

// True if the PEM certificate has this SHA-256 fingerprint. webrtcbin itself checks it only since 1.28.5.
bool certificate_matches(std::string_view pem, const std::string& fingerprint);
