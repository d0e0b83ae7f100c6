// SPDX-License-Identifier: LGPL-2.1-or-later
#include "start_gate.h"

void StartGate::close(const std::vector<GstPtr<GstPad>>& pads, std::function<void()> reached) {
  open();
  context_ = std::make_shared<Context>();
  context_->reached = std::move(reached);
  constexpr auto kFrames = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER |
                                                        GST_PAD_PROBE_TYPE_BUFFER_LIST);
  for (const auto& pad : pads) {
    const gulong id = gst_pad_add_probe(
        pad.get(), kFrames,
        [](GstPad*, GstPadProbeInfo*, gpointer data) {
          const auto& context = *static_cast<std::shared_ptr<Context>*>(data);
          context->waits = true;
          context->reached();
          return GST_PAD_PROBE_OK;  // which blocks, until the probe is removed or the pad is flushed
        },
        new std::shared_ptr(context_), [](gpointer data) { delete static_cast<std::shared_ptr<Context>*>(data); });
    probes_.emplace_back(gst_share(pad.get()), id);
  }
}

void StartGate::open() {
  for (const auto& [pad, id] : probes_) gst_pad_remove_probe(pad.get(), id);
  probes_.clear();
  context_.reset();
}
