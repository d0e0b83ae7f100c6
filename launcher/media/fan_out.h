// SPDX-License-Identifier: LGPL-2.1-or-later
// One encoded stream to many viewers. What a slow viewer loses is whole frames, up to the next key frame; nobody waits
// for it.
#pragma once

#include <gst/app/gstappsrc.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "base/gst_ptr.h"
#include "base/main_thread.h"
#include "frame_delays.h"
#include "key_frame_gate.h"

// A viewer's intake of one stream: decides which frames its appsrc gets.
class Feed {
 public:
  // `want_key` may be called on any thread.
  Feed(GstElement* appsrc, std::function<void(bool join)> want_key);

  // Streaming thread, or FanOut::add. Before open() only the first key frame goes through: it brings the payloader to
  // say its caps, which the offer is made of; its packets stop at the viewer's gate. True if the viewer gets it.
  bool push(GstSample* sample, bool key);

  // Any thread.
  bool is_open() const { return open_; }
  // Of the frames that the viewer gets.
  const std::shared_ptr<FrameDelays>& delays() const { return delays_; }

 private:
  friend class FanOut;
  void open() { open_ = true; }  // under FanOut's mutex
  GstPtr<GstAppSrc> appsrc_;
  std::function<void(bool)> want_key_;
  std::atomic<bool> open_ = false;
  bool primed_ = false;  // from here on: under FanOut's mutex or on the streaming thread
  bool needs_key_ = true;
  const std::shared_ptr<FrameDelays> delays_ = std::make_shared<FrameDelays>();
};

// Created and ended on the main thread; shared with the streaming thread's appsink callback.
class FanOut : public std::enable_shared_from_this<FanOut> {
 public:
  // Main thread. Where key frame requests go: the producer's current appsink; it hands us its samples.
  void connect(GstElement* appsink, std::int64_t shift);
  void disconnect();

  void add(std::shared_ptr<Feed> feed);
  void remove(const std::shared_ptr<Feed>& feed);
  // Frames flow from here on: from the last key frame if that was just now, otherwise from the next one.
  void open(const std::shared_ptr<Feed>& feed);
  void request_key_frame(bool join);  // any thread

  std::uint64_t frames() const { return frames_; }

 private:
  void push(GstSample* sample, std::int64_t shift, GstClockTime now);  // streaming thread
  void ask_encoder();

  GstPtr<GstElement> appsink_;
  KeyFrameGate gate_;
  Timer gate_timer_;
  std::atomic<std::uint64_t> frames_ = 0;

  // Guards feeds_ and since_key_. Held while frames go into the appsrcs, which only queue them, and into FrameDelays;
  // nothing else is called under it.
  std::mutex mutex_;
  std::vector<std::shared_ptr<Feed>> feeds_;
  std::vector<SamplePtr> since_key_;  // the last key frame, and what followed it while it is young
  GstClockTime newest_ = 0;           // running time of the last frame
};
