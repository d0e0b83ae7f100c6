// SPDX-License-Identifier: LGPL-2.1-or-later
// A network that carries a viewer's RTP packets. The browser tells of their arrival by transport-wide congestion
// control feedback; to see what more would arrive, duplicates of packets are sent.
#pragma once

#include <gst/gst.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/gst_ptr.h"
#include "base/main_thread.h"
#include "link/retransmissions.h"
#include "network.h"
#include "probe_pace.h"
#include "rtp_clock.h"

class RtpNetwork : public Network, public std::enable_shared_from_this<RtpNetwork> {
 public:
  // For a payloader and a webrtcbin that do not run yet. `rtp`: of the payloader's stream. `sharers`: so many streams
  // of video go this way.
  static std::shared_ptr<RtpNetwork> watch(GstElement* payloader, GstElement* webrtcbin, std::shared_ptr<RtpClock> rtp,
                                           unsigned sharers);

  void take_sent(std::vector<Packet>& into) override;
  // What nobody can say whose it is counts for all in equal parts.
  std::uint64_t other_bytes() const override { return other_bytes_ / sharers_; }
  void probe(double bits) override { pace_.set(bits); }
  void pause(bool paused) override;
  void stop() override;

 private:
  struct Recent {
    std::uint16_t sequence = 0;
    std::size_t bytes = 0;
    std::int64_t sent = 0;
  };

  RtpNetwork(std::shared_ptr<RtpClock> rtp, unsigned sharers)
      : rtp_(std::move(rtp)), sharers_(sharers), pace_([this](double& owed) { send_duplicates(owed); }) {}
  void add_probe(GstPad* pad, GstPadProbeType type, GstPadProbeCallback call);
  void watch_key_frames(GstElement* payloader);
  void watch_element(GstElement* added);
  void watch_requests(GstElement* retransmitter);
  bool useful(const GstStructure* request);
  void watch_sink(GstElement* sink);
  void note(GstBuffer* packet);
  void take_feedback(GstBuffer* fci);
  void send_duplicates(double& owed);

  const std::shared_ptr<RtpClock> rtp_;
  const unsigned sharers_;
  std::atomic<std::uint64_t> other_bytes_ = 0;
  std::size_t next_duplicate_ = 0;
  ProbePace pace_;

  std::mutex mutex_;                  // guards what follows; nothing is called under it
  GstPtr<GstElement> retransmitter_;  // once webrtcbin has one
  SentLog log_;
  Retransmissions retransmissions_;
  std::vector<Packet> sent_;
  std::array<Recent, 32> recent_{};  // packets of video, for duplicates
  std::size_t recents_ = 0;          // so far
};
