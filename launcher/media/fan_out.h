// SPDX-License-Identifier: LGPL-2.1-or-later
// One encoded stream to many viewers. What a slow viewer loses is whole frames, up to the next key frame; nobody waits
// for it.
#pragma once

#include <gst/app/gstappsrc.h>

#include <atomic>
#include <mutex>
#include <vector>

#include "base/gst_ptr.h"
#include "base/main_thread.h"
#include "frame_delays.h"
#include "key_frame_gate.h"
#include "timebase.h"

class FanOut;

// A viewer's intake of one stream: takes frames from one encoding of it and decides which of them its appsrc gets.
// Main thread, but for what says otherwise.
class Feed : public std::enable_shared_from_this<Feed> {
 public:
  Feed(GstElement* appsrc, std::shared_ptr<FanOut> from);

  // Before open() only the first key frame goes through: it brings the payloader to say its caps, which the offer is
  // made of; its packets stop at the viewer's gate.
  void start();
  // Frames flow from here on: from the last key frame if that was just now, otherwise from the next one.
  void open();
  void stop();
  // To another encoding of the same stream. The one before goes on until the other's key frame; no frame comes twice,
  // and none is older than the one before it.
  void move_to(std::shared_ptr<FanOut> other);
  void request_key_frame(bool join);  // any thread

  bool is_open() const { return open_; }  // any thread
  // Of the frames that the viewer gets.
  const std::shared_ptr<FrameDelays>& delays() const { return delays_; }

 private:
  friend class FanOut;
  // Streaming threads, or FanOut. True if the viewer gets it.
  bool push(const FanOut& from, GstSample* sample, bool key);
  bool is_mine(const FanOut& from, GstClockTime captured, bool key);
  std::shared_ptr<FanOut> from();

  const GstPtr<GstAppSrc> appsrc_;
  const std::shared_ptr<FrameDelays> delays_ = std::make_shared<FrameDelays>();
  std::atomic<bool> open_ = false;

  // Guards what follows. Taken under FanOut's; held while a frame goes into the appsrc, which only queues it.
  std::mutex mutex_;
  std::shared_ptr<FanOut> from_;
  std::shared_ptr<FanOut> next_;  // where it moves to
  GstClockTime move_at_ = 0;      // running time: frames before it are from_'s, the others next_'s
  bool primed_ = false;
  bool needs_key_ = true;
};

// Created and ended on the main thread; shared with the streaming thread's appsink callback.
class FanOut : public std::enable_shared_from_this<FanOut> {
 public:
  explicit FanOut(std::shared_ptr<const Timebase> timebase) : timebase_(std::move(timebase)) {}

  // Main thread. The producer's current appsink: it hands us its samples, and key frame requests go there.
  void connect(GstElement* appsink);
  void disconnect();

  void add(std::shared_ptr<Feed> feed);
  void remove(const std::shared_ptr<Feed>& feed);
  void open(const std::shared_ptr<Feed>& feed);
  void request_key_frame(bool join);  // any thread
  // A key frame of the first frame that is not older; the running time that was asked for.
  GstClockTime request_key_frame_soon();

  std::uint64_t frames() const { return frames_; }

 private:
  void push(GstSample* sample);  // streaming thread
  void ask_encoder(GstClockTime at);

  const std::shared_ptr<const Timebase> timebase_;
  GstPtr<GstElement> appsink_;
  KeyFrameGate gate_;
  Timer gate_timer_;
  std::atomic<std::uint64_t> frames_ = 0;

  // Guards feeds_ and since_key_. Held while frames go into feeds, and into FrameDelays; nothing else is called under
  // it.
  std::mutex mutex_;
  std::vector<std::shared_ptr<Feed>> feeds_;
  std::vector<SamplePtr> since_key_;  // the last key frame, and what followed it while it is young
  GstClockTime newest_ = 0;           // running time of the last frame
};
