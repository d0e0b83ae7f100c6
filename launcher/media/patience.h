// SPDX-License-Identifier: LGPL-2.1-or-later
// When a stream's next frame is overdue, so that its source counts as lost whatever it says of itself.
#pragma once

#include <gst/gst.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

// Looks are counted instead of time: a process that was halted has not looked.
class Patience {
 public:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr int kLooks = 10;

  // `limit`: from one frame to the next one; `first`: to the first one of a run, if that is longer.
  Patience(Milliseconds limit, Milliseconds first) : limit_(limit), first_(std::max(limit, first)) {}

  // How long to wait from one look to the next one.
  Milliseconds look() const { return std::max(limit_ / kLooks, Milliseconds(1)); }

  // `frames`: how many have come so far; the same below.
  void begin_run(std::uint64_t frames) {
    frames_ = frames;
    quiet_ = 0;
    came_ = false;
  }
  // Sound may pause for long. A video that has few frames a second takes the time of three.
  void learn(const GstCaps* caps) {
    const GstStructure* first = gst_caps_get_structure(caps, 0);
    int frames = 0;
    int seconds = 1;
    counts_ = !g_str_has_prefix(gst_structure_get_name(first), "audio/");
    const bool known = gst_structure_get_fraction(first, "framerate", &frames, &seconds) && frames > 0;
    three_frames_ = Milliseconds(known ? std::int64_t{3000} * seconds / frames : 0);
  }
  // To be called once a look(). True while the next frame is overdue.
  bool is_over(std::uint64_t frames) {
    if (frames != frames_) {
      frames_ = frames;
      quiet_ = 0;
      came_ = true;
    } else {
      ++quiet_;
    }
    return counts_ && quiet_ * look() >= std::max(came_ ? limit_ : first_, three_frames_);
  }

 private:
  const Milliseconds limit_;
  const Milliseconds first_;
  bool counts_ = false;  // not before we know what the stream is
  Milliseconds three_frames_{0};
  std::uint64_t frames_ = 0;
  std::int64_t quiet_ = 0;  // looks since the last frame
  bool came_ = false;       // a frame of this run
};
