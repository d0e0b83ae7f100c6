// SPDX-License-Identifier: LGPL-2.1-or-later
#include "playout_delay.h"

#include <algorithm>

struct _CvPlayoutDelay {
  GstRTPHeaderExtension parent;
  gint max_ms;  // atomic
};

G_DEFINE_TYPE(CvPlayoutDelay, cv_playout_delay, GST_TYPE_RTP_HEADER_EXTENSION)

namespace {

constexpr const char* kUri = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
constexpr gsize kSize = pack_playout_delay(0, 0).size();

GstRTPHeaderExtensionFlags supported_flags(GstRTPHeaderExtension*) {
  return GST_RTP_HEADER_EXTENSION_ONE_BYTE;
}

gsize max_size(GstRTPHeaderExtension*, const GstBuffer*) {
  return kSize;
}

// Written into every packet, for 4 bytes. So a viewer that joins late or loses packets has the delay with the first
// packet that comes.
gssize write(GstRTPHeaderExtension* extension, const GstBuffer*, GstRTPHeaderExtensionFlags, GstBuffer*, guint8* data,
             gsize size) {
  if (size < kSize) return -1;
  const int max_ms = g_atomic_int_get(&CV_PLAYOUT_DELAY(extension)->max_ms);
  const auto delay = pack_playout_delay(0, static_cast<unsigned>(max_ms));
  std::copy(delay.begin(), delay.end(), data);
  return static_cast<gssize>(kSize);
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

GstPtr<CvPlayoutDelay> add_playout_delay(GstElement* payloader) {
  GstPtr<CvPlayoutDelay> extension(
      CV_PLAYOUT_DELAY(gst_object_ref_sink(g_object_new(cv_playout_delay_get_type(), nullptr))));
  gst_rtp_header_extension_set_id(GST_RTP_HEADER_EXTENSION(extension.get()), kPlayoutDelayId);
  g_signal_emit_by_name(payloader, "add-extension", extension.get());
  return extension;
}

void set_playout_delay_max(CvPlayoutDelay* extension, unsigned max_ms) {
  g_atomic_int_set(&extension->max_ms, static_cast<gint>(max_ms));
}
