// SPDX-License-Identifier: LGPL-2.1-or-later
#include "frame_gaps.h"

#include <gst/video/video.h>

#include <utility>

#include "base/gst_ptr.h"

// libvpx (1.12, vp8/encoder/onyx_if.c and vp9/encoder/vp9_encoder.c) divides its bit rate by the frame rate. Where the
// end of a frame is a tenth further from the end of the one before than that one lasted, the frame rate is what this
// says, at once; else it follows slowly, in a second. So after a gap (a queue has left one frame out, or the encoder
// slept) frames get up to three times their bits for a second: on the link of a viewer that takes all it carries.
// The frame behind the gap is said to last a little less: for the next one the rate is nearly right again.
//
// The frame itself would still get the bits of the whole gap: as a key frame, ten times what it needs. What follows a
// sleep needs no frame before it, so there a copy of it comes first, which lasts as long as the gap; nobody gets it.
namespace {

struct Bridge {
  std::shared_ptr<std::atomic<bool>> woken = std::make_shared<std::atomic<bool>>(false);
  GstClockTime end = GST_CLOCK_TIME_NONE;  // of the last frame
  bool in_gap = false;
};

void fill_gap(Bridge& bridge, GstPad* sink, GstBuffer* frame) {
  const GstClockTime start = GST_BUFFER_PTS(frame);
  GstBuffer* copy = gst_buffer_copy(frame);
  GST_BUFFER_PTS(copy) = GST_BUFFER_DTS(copy) = bridge.end;
  GST_BUFFER_DURATION(copy) = start - bridge.end;
  bridge.in_gap = true;
  gst_pad_chain(sink, copy);
  bridge.in_gap = false;
  bridge.end = start;
}

GstPadProbeReturn take(GstPad* sink, GstPadProbeInfo* info, gpointer data) {
  auto& bridge = **static_cast<std::shared_ptr<Bridge>*>(data);
  if (bridge.in_gap) return GST_PAD_PROBE_OK;
  auto* frame = GST_PAD_PROBE_INFO_BUFFER(info);
  const GstClockTime start = GST_BUFFER_PTS(frame);
  const GstClockTime duration = GST_BUFFER_DURATION(frame);
  const bool timed = GST_CLOCK_TIME_IS_VALID(start) && GST_CLOCK_TIME_IS_VALID(duration);
  const bool first = !GST_CLOCK_TIME_IS_VALID(bridge.end);
  if (bridge.woken->exchange(false)) {
    if (timed && !first && start > bridge.end + duration) fill_gap(bridge, sink, frame);
    g_autoptr(GstElement) encoder = gst_pad_get_parent_element(sink);
    g_autoptr(GstPad) src = gst_element_get_static_pad(encoder, "src");
    gst_pad_send_event(src, gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
  }
  if (!timed) return GST_PAD_PROBE_OK;
  const GstClockTime before = std::exchange(bridge.end, start + duration);
  if (first || start < before + duration / 10) return GST_PAD_PROBE_OK;
  frame = gst_buffer_make_writable(frame);
  GST_BUFFER_DURATION(frame) = duration - duration / 16;
  GST_PAD_PROBE_INFO_DATA(info) = frame;
  return GST_PAD_PROBE_OK;
}

void add_probe(GstElement* encoder, const char* pad, GstPadProbeCallback call, const std::shared_ptr<Bridge>& bridge) {
  gst_pad_add_probe(GstPtr<GstPad>(gst_element_get_static_pad(encoder, pad)).get(), GST_PAD_PROBE_TYPE_BUFFER, call,
                    new std::shared_ptr(bridge),
                    [](gpointer data) { delete static_cast<std::shared_ptr<Bridge>*>(data); });
}

}  // namespace

std::shared_ptr<std::atomic<bool>> bridge_gaps(GstElement* encoder) {
  const auto bridge = std::make_shared<Bridge>();
  add_probe(encoder, "sink", take, bridge);
  add_probe(
      encoder, "src",
      [](GstPad*, GstPadProbeInfo*, gpointer data) {
        return (*static_cast<std::shared_ptr<Bridge>*>(data))->in_gap ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
      },
      bridge);
  return bridge->woken;
}
