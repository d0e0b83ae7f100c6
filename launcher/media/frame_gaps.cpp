// SPDX-License-Identifier: LGPL-2.1-or-later
#include "frame_gaps.h"

// libvpx (1.12, vp8/encoder/onyx_if.c and vp9/encoder/vp9_encoder.c) divides its bit rate by the frame rate. Where the
// end of a frame is a tenth further from the end of the one before than that one lasted, the frame rate is what this
// says, at once; else it follows slowly, in a second. So after a gap (a queue has left one frame out, or the encoder
// slept) frames get up to three times their bits for a second: on the link of a viewer that takes all it carries.
// The frame behind the gap is said to last a little less: for the next one the rate is nearly right again.
void bridge_gaps(GstPad* sink) {
  gst_pad_add_probe(
      sink, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        auto& end = *static_cast<GstClockTime*>(data);
        auto* frame = GST_PAD_PROBE_INFO_BUFFER(info);
        const GstClockTime start = GST_BUFFER_PTS(frame);
        const GstClockTime duration = GST_BUFFER_DURATION(frame);
        const GstClockTime before = end;
        if (!GST_CLOCK_TIME_IS_VALID(start) || !GST_CLOCK_TIME_IS_VALID(duration)) return GST_PAD_PROBE_OK;
        end = start + duration;
        if (!GST_CLOCK_TIME_IS_VALID(before) || start < before + duration / 10) return GST_PAD_PROBE_OK;
        frame = gst_buffer_make_writable(frame);
        GST_BUFFER_DURATION(frame) = duration - duration / 16;
        GST_PAD_PROBE_INFO_DATA(info) = frame;
        return GST_PAD_PROBE_OK;
      },
      new GstClockTime(GST_CLOCK_TIME_NONE), [](gpointer data) { delete static_cast<GstClockTime*>(data); });
}
