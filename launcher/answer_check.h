// SPDX-License-Identifier: LGPL-2.1-or-later
// What webrtcbin 1.22.0 lets pass in an answer and should not. Pure: text in, verdict out.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol.h"

struct AcceptedAnswer {
  std::string fingerprint;  // SHA-256, lower-case hex without colons
};

// `media`: the offer's media sections ("video", "application", …) in order. The answer must have the same, accept all,
// send no media and name one SHA-256 fingerprint.
std::variant<AcceptedAnswer, protocol::Error> check_answer(const std::string& sdp,
                                                           const std::vector<std::string>& media);

// The media sections of a description that we made.
std::vector<std::string> media_sections(const std::string& sdp);

// True if the PEM certificate has this SHA-256 fingerprint. webrtcbin learned to look in 1.28.5.
bool certificate_matches(std::string_view pem, const std::string& fingerprint);
