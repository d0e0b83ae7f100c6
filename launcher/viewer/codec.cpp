// SPDX-License-Identifier: LGPL-2.1-or-later
#include "codec.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <span>

#include "base/gst_ptr.h"

namespace {

constexpr unsigned kSequenceParameters = 7;  // NAL unit type (H.264, table 7-1)

// Profile, constraints and level as three bytes (RFC 6381, 3.3).
std::string avc_codec(const guint8* three) {
  std::array<char, sizeof "avc1.000000"> text{};
  std::snprintf(text.data(), text.size(), "avc1.%02X%02X%02X", unsigned{three[0]}, unsigned{three[1]},
                unsigned{three[2]});
  return text.data();
}

// Where the first sequence parameter set of a byte stream (H.264, annex B) has them.
const guint8* sequence_parameters(std::span<const guint8> bytes) {
  for (std::size_t at = 0; at + 6 < bytes.size(); ++at)
    if (bytes[at] == 0 && bytes[at + 1] == 0 && bytes[at + 2] == 1 && (bytes[at + 3] & 0x1f) == kSequenceParameters)
      return &bytes[at + 4];
  return nullptr;
}

std::optional<protocol::Media::Video> h264(const GstStructure* structure, GstBuffer* key_frame) {
  const GValue* data = gst_structure_get_value(structure, "codec_data");
  GstBuffer* told = data ? gst_value_get_buffer(data) : key_frame;
  GstMapInfo map;
  if (!gst_buffer_map(told, &map, GST_MAP_READ)) return std::nullopt;
  const std::span<const guint8> bytes(map.data, map.size);
  // AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1): they are behind its version
  const guint8* three = !data ? sequence_parameters(bytes) : bytes.size() > 4 ? &bytes[1] : nullptr;
  std::optional<protocol::Media::Video> video;
  if (three) video = {avc_codec(three), data ? std::string(bytes.begin(), bytes.end()) : ""};
  gst_buffer_unmap(told, &map);
  return video;
}

}  // namespace

std::optional<protocol::Media::Video> video_codec(const GstCaps* caps, GstBuffer* key_frame) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  if (gst_structure_has_name(structure, "video/x-vp8")) return protocol::Media::Video{"vp8", ""};
  if (gst_structure_has_name(structure, "video/x-vp9")) {
    const char* profile = gst_structure_get_string(structure, "profile");
    const std::string depth = profile && *profile >= '2' ? "10" : "08";
    // a level that is too high costs nothing
    return protocol::Media::Video{"vp09.0" + std::string(profile ? profile : "0") + ".51." + depth, ""};
  }
  if (gst_structure_has_name(structure, "video/x-h264")) return h264(structure, key_frame);
  return std::nullopt;
}

std::optional<protocol::Media::Audio> audio_codec(const GstCaps* caps) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  if (!gst_structure_has_name(structure, "audio/x-opus")) return std::nullopt;
  int rate = 48000;
  int channels = 2;
  gst_structure_get_int(structure, "rate", &rate);
  gst_structure_get_int(structure, "channels", &channels);
  return protocol::Media::Audio{"opus", static_cast<unsigned>(rate), static_cast<unsigned>(channels)};
}
