// SPDX-License-Identifier: LGPL-2.1-or-later
// What one viewer's packets show of its network: which left when, and what the browser says of their arrival
// (transport-wide congestion control feedback). Sends duplicates of packets on request, to see what more would arrive.
#pragma once

#include <gst/gst.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/gst_ptr.h"
#include "base/main_thread.h"
#include "link/sent_log.h"
#include "rtp_clock.h"

class Network : public std::enable_shared_from_this<Network> {
 public:
  using OnReports = std::function<void(const std::vector<SentLog::Report>&)>;

  // For a payloader and a webrtcbin that do not run yet. `rtp`: of the payloader's stream.
  static std::shared_ptr<Network> watch(GstElement* payloader, GstElement* webrtcbin, std::shared_ptr<RtpClock> rtp);

  // Main thread, each time that the browser has told of packets.
  void on_reports(OnReports call) { on_reports_ = std::move(call); }
  struct Packet {
    std::int64_t sent = 0;  // monotonic µs
    std::size_t bytes = 0;  // on the wire
    bool duplicate = false;
  };
  // The packets that left since the last call, which `into` has from then on. Main thread.
  void take_sent(std::vector<Packet>& into);
  // Bytes so far of all that is no video: results, sound, control. On the wire. Any thread.
  std::uint64_t other_bytes() const { return other_bytes_; }
  // From now on so many bit/s of duplicates go out beside the video; 0: none. Main thread.
  void probe(double bits);
  void stop();

 private:
  struct Recent {
    std::uint16_t sequence = 0;
    std::size_t bytes = 0;
    std::int64_t sent = 0;
  };

  explicit Network(std::shared_ptr<RtpClock> rtp) : rtp_(std::move(rtp)) {}
  void watch_element(GstElement* added);
  void watch_sink(GstElement* sink);
  void note(GstBuffer* packet);
  void take_feedback(GstBuffer* fci);
  void send_duplicates();

  const std::shared_ptr<RtpClock> rtp_;
  OnReports on_reports_;
  std::atomic<std::uint64_t> other_bytes_ = 0;
  double probe_bits_ = 0;
  double owed_bytes_ = 0;
  gint64 probed_at_ = 0;
  std::size_t next_duplicate_ = 0;
  Timer prober_;

  std::mutex mutex_;                  // guards what follows; nothing is called under it
  GstPtr<GstElement> retransmitter_;  // once webrtcbin has one
  SentLog log_;
  std::vector<Packet> sent_;
  std::array<Recent, 32> recent_{};  // packets of video, for duplicates
  std::size_t recents_ = 0;          // so far
};
