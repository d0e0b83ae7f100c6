// SPDX-License-Identifier: LGPL-2.1-or-later
// One encoded stream to many viewers. A slow viewer loses whole frames, up to the next key frame. Nobody waits for it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/gst_ptr.h"
#include "base/main_thread.h"
#include "bit_rate.h"
#include "doze.h"
#include "frame_delays.h"
#include "key_frame_gate.h"
#include "outlet.h"
#include "timebase.h"

class FanOut;

// Brings one stream to one viewer: takes frames from one encoding of the stream and decides which of them go to the
// viewer's outlet. Main thread, except where another one is named.
class Feed : public std::enable_shared_from_this<Feed> {
 public:
  // `primed`: the outlet needs no frame before open().
  Feed(std::unique_ptr<Outlet> outlet, std::shared_ptr<FanOut> from, bool primed = false);

  // Before open() only the first key frame goes through. With it the payloader can set its caps, which the offer is
  // made of. Its packets stop at the viewer's gate.
  void start();
  // In place of start() and open(), where no offer is to be made.
  void begin();
  // From here on frames flow. The first one is the last key frame if that is young enough, otherwise the next key
  // frame.
  void open();
  void stop();
  // Moves to another encoding of the same stream, at its next key frame. No frame comes twice, and none comes after a
  // newer one. `at_once`: nothing more comes of the old encoding; otherwise it goes on until the time that the key
  // frame was asked for.
  void move_to(const std::shared_ptr<FanOut>& other, bool at_once = false);
  // A feed that pauses gets nothing, and wants nothing of its encoding. It goes on with a key frame.
  void pause();
  void resume();
  // From now on only key frames go through, which others, or request_key_frame(), ask for, and only one in so much
  // time; 0: all frames. Any thread.
  void set_still_interval(GstClockTime interval) { still_interval_ = interval; }
  void request_key_frame(bool join);  // any thread

  // Whether frames flow. It may be kept for longer than this. Any thread.
  std::shared_ptr<const std::atomic<bool>> opened() const { return opened_; }
  // The encoding whose frames come now.
  std::shared_ptr<FanOut> from() const;
  bool moving() const;
  // Of the frames that this viewer gets.
  const std::shared_ptr<FrameDelays>& delays() const { return delays_; }

 private:
  friend class FanOut;
  // Streaming threads, or FanOut on the main thread. True if the viewer gets the frame.
  bool push(const FanOut& from, GstSample* sample, bool key);
  bool accept(const FanOut& from, GstClockTime captured, bool key);
  // Whether the viewer got this frame of the stream, or a newer one.
  bool has(GstSample* frame) const;
  void leave(const std::shared_ptr<FanOut>& left);  // main thread

  const std::unique_ptr<Outlet> outlet_;
  const std::shared_ptr<FrameDelays> delays_ = std::make_shared<FrameDelays>();
  const std::shared_ptr<std::atomic<bool>> opened_ = std::make_shared<std::atomic<bool>>(false);
  std::atomic<GstClockTime> still_interval_ = 0;

  // Guards what follows. Taken while FanOut's own mutex is held. Held while a frame goes into the outlet, which only
  // queues it.
  mutable std::mutex mutex_;
  std::shared_ptr<FanOut> from_;
  std::shared_ptr<FanOut> next_;  // where this feed is moving to, or null
  GstClockTime move_at_ = 0;      // running time: earlier frames come from from_, the others from next_
  bool primed_;                   // a key frame went in before open()
  bool needs_key_ = true;         // other frames are left out until one comes
  bool paused_ = false;
  std::optional<GstClockTime> last_;  // capture time of the last frame that the viewer got
};

// One encoding. It sleeps while no feed wants it, and is awake again with the next frame when one does. Created and
// ended on the main thread; shared with the streaming thread's appsink callback.
class FanOut : public std::enable_shared_from_this<FanOut> {
 public:
  explicit FanOut(std::shared_ptr<const Timebase> timebase) : timebase_(std::move(timebase)) {}

  // Main thread. `appsink` is that of the producer's current run: frames come from it, and key frame requests go to it.
  // `entry`: as of Doze. `woken`: to be set when the encoder has slept; null: it is asked for a key frame then.
  void connect(GstElement* appsink, GstPad* entry, RunTime run, std::shared_ptr<std::atomic<bool>> woken = nullptr);
  void disconnect();

  void add(std::shared_ptr<Feed> feed);
  void remove(const std::shared_ptr<Feed>& feed);
  void open(const std::shared_ptr<Feed>& feed);
  void request_key_frame(bool join);  // any thread
  // Asks for a key frame of a picture that is captured later than `after`, a running time, or later than the newest
  // one: of the next one (`at_once`), or of one a little later. Returns the running time from which on the first frame
  // is to be one.
  GstClockTime request_key_frame_after(GstClockTime after, bool at_once);

  std::uint64_t frames() const { return frames_; }             // encoded so far
  std::uint64_t left_out() const { return doze_.left_out(); }  // while it slept
  std::uint64_t key_frames() const { return key_frames_; }
  std::uint64_t bytes() const { return bytes_; }      // of all frames
  std::uint64_t sent() const { return sent_; }        // to feeds, each one's counted
  std::uint64_t dropped() const { return dropped_; }  // of feeds that were behind, or needed a key frame first
  bool asleep() const { return doze_.asleep(); }
  bool wanted() const;         // by some feed
  bool has_key_frame() const;  // so that who joins need not wait to know what its frames are
  // The last pictures are too old to begin with.
  void forget();
  GstClockTime newest() const;  // running time of the last frame
  struct Rate {
    double bits = 0;  // a second, as packets on the wire; 0: not known yet
    double frame_rate = 0;
  };
  Rate rate() const;  // lately, or before it went to sleep

 private:
  friend class Feed;                          // which counts
  void push(GstSample* sample, RunTime run);  // streaming thread
  void ask_encoder(GstClockTime at);
  void start(Feed& feed);
  void wake();
  void sleep_when_unwatched();

  const std::shared_ptr<const Timebase> timebase_;
  GstPtr<GstElement> appsink_;
  RunTime run_;  // of the appsink
  KeyFrameGate gate_;
  Timer gate_timer_;
  Doze doze_;
  std::shared_ptr<std::atomic<bool>> woken_;
  Timer sleep_timer_;
  std::uint64_t frames_before_ = 0;  // of earlier runs
  std::atomic<std::uint64_t> frames_ = 0;
  std::atomic<std::uint64_t> key_frames_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
  mutable std::atomic<std::uint64_t> sent_ = 0;
  mutable std::atomic<std::uint64_t> dropped_ = 0;

  // Guards what follows. Held while frames go into feeds and FrameDelays, while post() is called, and by the main
  // thread while it puts the encoding to sleep; nothing that waits is called under it.
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Feed>> feeds_;
  std::vector<SamplePtr> since_key_;  // the last key frame; while it is young, the frames after it too
  bool slept_ = false;                // since that key frame
  GstClockTime newest_ = 0;           // running time of the last frame
  BitRate rate_;
};
