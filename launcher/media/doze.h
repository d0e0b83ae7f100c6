// SPDX-License-Identifier: LGPL-2.1-or-later
// Leaves frames out in front of an encoder whose pictures nobody wants, so that it has nothing to do. All that is no
// frame passes, the end of the stream too.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/gst_ptr.h"

class Doze {
 public:
  ~Doze() { detach(); }

  // `entry`: where what belongs to this encoder alone begins; null: that is not known, and it never sleeps.
  void attach(GstPad* entry) {
    detach();
    if (!entry) return;
    entry_ = gst_share(entry);
    probe_ = gst_pad_add_probe(
        entry, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
        [](GstPad*, GstPadProbeInfo*, gpointer data) {
          auto& state = **static_cast<std::shared_ptr<State>*>(data);
          if (!state.asleep) return GST_PAD_PROBE_OK;
          ++state.left_out;
          return GST_PAD_PROBE_DROP;
        },
        new std::shared_ptr(state_), [](gpointer data) { delete static_cast<std::shared_ptr<State>*>(data); });
  }
  void detach() {
    if (entry_) gst_pad_remove_probe(entry_.get(), probe_);
    entry_.reset();
    state_->asleep = false;
  }

  bool possible() const { return entry_ != nullptr; }
  bool asleep() const { return state_->asleep; }
  void set_asleep(bool asleep) { state_->asleep = asleep && possible(); }
  std::uint64_t left_out() const { return state_->left_out; }  // frames, so far

 private:
  struct State {
    std::atomic<bool> asleep = false;
    std::atomic<std::uint64_t> left_out = 0;
  };

  const std::shared_ptr<State> state_ = std::make_shared<State>();
  GstPtr<GstPad> entry_;
  gulong probe_ = 0;
};
