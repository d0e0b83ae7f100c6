// SPDX-License-Identifier: LGPL-2.1-or-later
// The SDP of a viewer's answer, and the certificate that it shows.
#include <algorithm>

#include "sent_error.h"
#include "viewer/answer_check.h"

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
  static const std::vector<MediaSection> offered{{"video", {"96", "97"}}, {"application", {"webrtc-datachannel"}}};
  const std::string text(std::string(data, size).c_str());  // a JSON string ends at its first NUL
  const auto checked = check_answer(text, offered);
  if (const auto* error = std::get_if<protocol::Error>(&checked)) {
    must_be_sendable(*error);
  } else {
    const auto& hex = std::get<AcceptedAnswer>(checked).fingerprint;
    must(hex.size() == 64 && hex.find_first_not_of("0123456789abcdef") == std::string::npos, "a fingerprint is hex");
    must(media_sections(text).size() == offered.size(), "what is accepted has the offer's sections");
  }
  must(!certificate_matches(text, "none"), "a certificate has a fingerprint");
  return 0;
}
