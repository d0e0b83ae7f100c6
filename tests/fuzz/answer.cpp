// SPDX-License-Identifier: LGPL-2.1-or-later
// The SDP of a viewer's answer, and the certificate that it shows.
#include <algorithm>

#include "sent_error.h"
#include "viewer/answer_check.h"
#include "viewer/candidate.h"

namespace {

// webrtcbin takes every candidate that it is given
void must_have_usable_candidates(const GstSDPMedia* media) {
  for (guint n = 0; const char* value = gst_sdp_media_get_attribute_val_n(media, "candidate", n); ++n) {
    must(n < kMaxCandidates, "there are not too many candidates");
    const auto parsed = parse_candidate("candidate:" + std::string(value));
    must(parsed && parsed->usable, "a candidate that goes on is usable");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
  static const std::vector<MediaSection> offered{{"video", {"96", "97"}}, {"application", {"webrtc-datachannel"}}};
  const std::string text(std::string(data, size).c_str());  // a JSON string ends at its first NUL
  const auto checked = check_answer(text, offered);
  if (const auto* error = std::get_if<protocol::Error>(&checked)) {
    must_be_sendable(*error);
  } else {
    const auto& [hex, sdp, tells] = std::get<AcceptedAnswer>(checked);
    must(hex.size() == 64 && hex.find_first_not_of("0123456789abcdef") == std::string::npos, "a fingerprint is hex");
    must(media_sections(text).size() == offered.size(), "what is accepted has the offer's sections");
    for (guint i = 0; i < gst_sdp_message_medias_len(sdp.get()); ++i)
      must_have_usable_candidates(gst_sdp_message_get_media(sdp.get(), i));
  }
  must(!certificate_matches(text, "none"), "a certificate has a fingerprint");
  return 0;
}
