// SPDX-License-Identifier: LGPL-2.1-or-later
#include "answer_check.h"

#include <glib.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <sstream>

#include "candidate.h"

namespace {

SdpPtr parse(const std::string& text) {
  if (text.empty()) return nullptr;
  GstSDPMessage* message = nullptr;
  if (gst_sdp_message_new_from_text(text.c_str(), &message) != GST_SDP_OK) {
    if (message) gst_sdp_message_free(message);
    return nullptr;
  }
  return SdpPtr(message);
}

protocol::Error bad(const std::string& message) {
  return {"bad-sdp", "the answer " + message};
}

// "sha-256 AB:CD…" to "abcd…"; nothing if it is something else
std::optional<std::string> hex_of(std::string_view attribute) {
  constexpr std::string_view kHash = "sha-256 ";
  if (g_ascii_strncasecmp(attribute.data(), kHash.data(), std::min(kHash.size(), attribute.size())) != 0)
    return std::nullopt;
  attribute.remove_prefix(std::min(kHash.size(), attribute.size()));
  std::string hex;
  for (const char c : attribute) {
    if (c == ':') continue;
    if (!g_ascii_isxdigit(c)) return std::nullopt;
    hex += g_ascii_tolower(c);
  }
  return hex.size() == 64 ? std::optional(hex) : std::nullopt;
}

// Collects one fingerprint from the description and its media; a second, different one is an error.
class Fingerprint {
 public:
  bool add(const char* attribute) {
    if (!attribute) return true;
    auto hex = hex_of(attribute);
    if (!hex || (value_ && *value_ != *hex)) return false;
    value_ = std::move(hex);
    return true;
  }
  const std::optional<std::string>& value() const { return value_; }

 private:
  std::optional<std::string> value_;
};

std::vector<std::string> formats_of(const GstSDPMedia* media) {
  std::vector<std::string> formats;
  formats.reserve(gst_sdp_media_formats_len(media));
  for (guint i = 0; i < gst_sdp_media_formats_len(media); ++i) formats.emplace_back(gst_sdp_media_get_format(media, i));
  return formats;
}

bool has_attribute(const GstSDPMessage* sdp, const GstSDPMedia* media, const char* name) {
  return gst_sdp_media_get_attribute_val(media, name) || gst_sdp_message_get_attribute_val(sdp, name);
}

std::uint32_t repair_ssrc_of(const GstSDPMedia* media) {
  const char* group = gst_sdp_media_get_attribute_val(media, "ssrc-group");
  std::istringstream words(group ? group : "");
  std::string semantics;
  std::uint32_t repaired = 0;
  std::uint32_t repair = 0;
  return words >> semantics >> repaired >> repair && semantics == "FID" ? repair : 0;
}

std::string name_of(guint index, const MediaSection& offered) {
  return "media section " + std::to_string(index) + " (" + offered.media + ")";
}

std::optional<protocol::Error> check_media(const GstSDPMessage* sdp, const GstSDPMedia* media, guint index,
                                           const MediaSection& offered) {
  const std::string name = name_of(index, offered);
  if (offered.media != gst_sdp_media_get_media(media))
    return bad("has \"" + std::string(gst_sdp_media_get_media(media)) + "\" as " + name);
  if (gst_sdp_media_get_port(media) == 0)
    return bad("rejects " + name +
               (offered.media == "application"
                    ? ": this viewer has no data channels, and results come over one"
                    : ": this viewer can't play what the server sends, perhaps it lacks the codec"));
  for (const auto& format : formats_of(media))
    if (std::find(offered.formats.begin(), offered.formats.end(), format) == offered.formats.end())
      return bad("has the format " + format.substr(0, 40) + " in " + name + ", which was not offered");
  if (!has_attribute(sdp, media, "ice-ufrag") || !has_attribute(sdp, media, "ice-pwd"))
    return bad("has no ICE user name and password for " + name);
  if (offered.media != "application" && !has_attribute(sdp, media, "recvonly") &&
      !has_attribute(sdp, media, "inactive"))
    return bad("wants to send in " + name + ": viewers only receive");
  return std::nullopt;
}

// Removes the candidates that the server does not use: webrtcbin would take them all.
std::optional<protocol::Error> check_candidates(GstSDPMedia* media, const std::string& name) {
  unsigned found = 0;
  for (guint i = 0; i < gst_sdp_media_attributes_len(media);) {
    const GstSDPAttribute* attribute = gst_sdp_media_get_attribute(media, i);
    if (std::strcmp(attribute->key, "candidate") != 0) {
      ++i;
      continue;
    }
    const std::string text = "candidate:" + std::string(attribute->value ? attribute->value : "");
    const auto candidate = parse_candidate(text);
    if (!candidate) return bad("has \"" + text.substr(0, 80) + "\" in " + name + ", which is not an ICE candidate");
    if (++found > kMaxCandidates)
      return bad("has more than " + std::to_string(kMaxCandidates) + " candidates in " + name);
    if (candidate->usable)
      ++i;
    else
      gst_sdp_media_remove_attribute(media, i);
  }
  return std::nullopt;
}

bool has_attribute_with(const GstSDPMedia* media, const char* name, std::string_view part) {
  for (guint n = 0; const char* value = gst_sdp_media_get_attribute_val_n(media, name, n); ++n)
    if (std::string_view(value).find(part) != std::string_view::npos) return true;
  return false;
}

// Both are needed: the packets' numbers (a header extension), and the feedback.
bool takes_transport_cc(const GstSDPMedia* media) {
  return std::strcmp(gst_sdp_media_get_media(media), "video") == 0 && gst_sdp_media_get_port(media) != 0 &&
         has_attribute_with(media, "extmap", "transport-wide-cc") &&
         has_attribute_with(media, "rtcp-fb", "transport-cc");
}

}  // namespace

std::vector<MediaSection> media_sections(const std::string& sdp) {
  std::vector<MediaSection> out;
  const SdpPtr parsed = parse(sdp);
  for (guint i = 0; parsed && i < gst_sdp_message_medias_len(parsed.get()); ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(parsed.get(), i);
    const char* mid = gst_sdp_media_get_attribute_val(media, "mid");
    out.push_back({gst_sdp_media_get_media(media), formats_of(media), mid ? mid : "", repair_ssrc_of(media)});
  }
  return out;
}

std::variant<AcceptedAnswer, protocol::Error> check_answer(const std::string& text,
                                                           const std::vector<MediaSection>& offered) {
  SdpPtr sdp = parse(text);
  if (!sdp) return bad("is not SDP");
  if (gst_sdp_message_medias_len(sdp.get()) != offered.size())
    return bad("has " + std::to_string(gst_sdp_message_medias_len(sdp.get())) + " media sections, the offer " +
               std::to_string(offered.size()));
  AcceptedAnswer accepted;
  Fingerprint fingerprint;
  const auto add_all = [&fingerprint](auto get) {
    for (guint n = 0; const char* value = get(n); ++n)
      if (!fingerprint.add(value)) return false;
    return true;
  };
  bool good = add_all([&](guint n) { return gst_sdp_message_get_attribute_val_n(sdp.get(), "fingerprint", n); });
  for (guint i = 0; i < offered.size(); ++i) {
    GstSDPMedia* media = &g_array_index(sdp->medias, GstSDPMedia, i);
    if (auto error = check_media(sdp.get(), media, i, offered[i])) return *error;
    if (auto error = check_candidates(media, name_of(i, offered[i]))) return *error;
    accepted.transport_cc |= takes_transport_cc(media);
    good = good && add_all([&](guint n) { return gst_sdp_media_get_attribute_val_n(media, "fingerprint", n); });
  }
  if (!good || !fingerprint.value()) return bad("must name one SHA-256 fingerprint, the same in all media sections");
  accepted.fingerprint = *fingerprint.value();
  accepted.sdp = std::move(sdp);
  return accepted;
}

bool certificate_matches(std::string_view pem, const std::string& fingerprint) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  const auto begin = pem.find(kBegin);
  const auto end = pem.find(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return false;
  const std::string body(pem.substr(begin + kBegin.size(), end - begin - kBegin.size()));
  gsize size = 0;
  g_autofree guchar* der = g_base64_decode(body.c_str(), &size);
  return take_string(g_compute_checksum_for_data(G_CHECKSUM_SHA256, der, size)) == fingerprint;
}
