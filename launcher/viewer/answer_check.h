// SPDX-License-Identifier: LGPL-2.1-or-later
// Refuses what webrtcbin (1.22 to 1.26) should refuse in an answer and lets pass. Pure: text in, verdict out.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/protocol.h"

struct AcceptedAnswer {
  std::string fingerprint;  // SHA-256, lower-case hex without colons
};

struct MediaSection {
  std::string media;                 // "video", "application", …
  std::vector<std::string> formats;  // payload types
};

// The media sections of a description that we made.
std::vector<MediaSection> media_sections(const std::string& sdp);

// The answer must have the offer's sections in the same order, and accept them all with formats that were offered. It
// must send no media, and name one SHA-256 fingerprint.
std::variant<AcceptedAnswer, protocol::Error> check_answer(const std::string& sdp,
                                                           const std::vector<MediaSection>& offered);

// True if the PEM certificate has this SHA-256 fingerprint. webrtcbin itself checks it only since 1.28.5.
bool certificate_matches(std::string_view pem, const std::string& fingerprint);
