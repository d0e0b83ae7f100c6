// SPDX-License-Identifier: LGPL-2.1-or-later
#include "playout_delay.h"

#include <algorithm>

struct _CvPlayoutDelay {
  GstRTPHeaderExtension parent;
};

G_DEFINE_TYPE(CvPlayoutDelay, cv_playout_delay, GST_TYPE_RTP_HEADER_EXTENSION)

namespace {

constexpr const char* kUri = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
constexpr auto kNoDelay = pack_playout_delay(0, 0);

GstRTPHeaderExtensionFlags supported_flags(GstRTPHeaderExtension*) {
  return GST_RTP_HEADER_EXTENSION_ONE_BYTE;
}

gsize max_size(GstRTPHeaderExtension*, const GstBuffer*) {
  return kNoDelay.size();
}

// On every packet: a viewer that joins late or loses packets has it with its first one, for 4 bytes.
gssize write(GstRTPHeaderExtension*, const GstBuffer*, GstRTPHeaderExtensionFlags, GstBuffer*, guint8* data,
             gsize size) {
  if (size < kNoDelay.size()) return -1;
  std::copy(kNoDelay.begin(), kNoDelay.end(), data);
  return static_cast<gssize>(kNoDelay.size());
}

gboolean read(GstRTPHeaderExtension*, GstRTPHeaderExtensionFlags, const guint8*, gsize, GstBuffer*) {
  return TRUE;
}

}  // namespace

static void cv_playout_delay_init(CvPlayoutDelay*) {}

static void cv_playout_delay_class_init(CvPlayoutDelayClass* klass) {
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Playout delay", GST_RTP_HDREXT_ELEMENT_CLASS,
                                        "Asks the receiver to show frames at once", "cv-launch");
  auto* extension = GST_RTP_HEADER_EXTENSION_CLASS(klass);
  extension->get_supported_flags = supported_flags;
  extension->get_max_size = max_size;
  extension->write = write;
  extension->read = read;
  gst_rtp_header_extension_class_set_uri(extension, kUri);
}

void add_playout_delay(GstElement* payloader) {
  auto* extension = GST_RTP_HEADER_EXTENSION(gst_object_ref_sink(g_object_new(cv_playout_delay_get_type(), nullptr)));
  gst_rtp_header_extension_set_id(extension, kPlayoutDelayId);
  g_signal_emit_by_name(payloader, "add-extension", extension);
  gst_object_unref(extension);
}
