// SPDX-License-Identifier: LGPL-2.1-or-later
// What a browser's own decoders (WebCodecs) must be told of an encoded stream:
// https://www.w3.org/TR/webcodecs-codec-registry/. Any thread.
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>

#include "base/protocol.h"

// Of VP8, VP9 and H.264; nothing for others, and for a frame that does not tell.
std::optional<protocol::Media::Video> video_codec(const GstCaps* caps, GstBuffer* key_frame);
// Of Opus; nothing for others.
std::optional<protocol::Media::Audio> audio_codec(const GstCaps* caps);
