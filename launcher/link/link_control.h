// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of a ladder's encodings (rungs) a viewer gets, from what its feedback says of its link. All times are µs on any
// monotonic clock, all rates bit/s on the wire. One thread.
//
// Only for viewers that report (transport-cc): without any report it ends in stills.
// Down: as soon as packets queue, to what arrived meanwhile. Up: when a climb (climb.h) has shown that the link carries
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "climb.h"
#include "ladder.h"
#include "link_trace.h"
#include "loss_blocks.h"
#include "report_watch.h"
#include "sent_log.h"
#include "still_pace.h"

class LinkControl {
 public:
  using Rung = Ladder::Rung;
  enum class Reason : std::uint8_t {
    kFree,     // the top rung
    kStart,    // not known yet
    kNetwork,  // the link carries no more
    kLimit,    // the viewer wants no more
    kTooSlow   // stills: the link does not carry even the lowest rung
  };
  static constexpr double kUnlimited = std::numeric_limits<double>::infinity();
  struct Decision {
    std::size_t rung = 0;             // the number of rungs: stills, which are key frames of the lowest rung
    double still_interval_s = 1;      // from one still to the next
    double probe = 0;                 // of duplicates, beside the video; 0: none
    std::optional<double> carries{};  // what the link carries in all; nothing: not known, or more than we send
    double results = kUnlimited;      // what results may take
    bool paused = false;              // no picture for now: it would wait for too long; the next one is a key frame
    Reason reason = Reason::kStart;
  };

  // `hint`: what the viewer believes that its link carries.
  explicit LinkControl(std::optional<double> hint = {}) : hint_(hint) {}

  // Top first, 1 to 8. Before the first decision, and whenever a bit rate has changed.
  void rungs(std::vector<Rung> rungs);
  // What is sent to this viewer beside the video and the probes.
  void other(double rate) { other_ = rate; }
  // No rung above this bit rate, and none above the lowest one that has so many lines.
  // When it is lifted, what the link is believed to carry comes at once.
  void limit(std::optional<double> bitrate, std::optional<unsigned> lines = {});
  // A packet with a transport-cc number leaves.
  void sent(std::int64_t now, std::size_t bytes, bool probe);
  void reported(std::int64_t now, std::span<const SentLog::Report> reports);
  // The first picture of the rung that was decided leaves (of stills too).
  void switched(std::int64_t now, std::size_t rung);
  // Packets leave again after a pause in which the viewer wanted none, and nothing was decided.
  void resumed(std::int64_t now);
  // The best rung that the viewer's own limit allows; the number of rungs if it allows none.
  std::size_t allowed() const;

  // To be called after each feedback and every 50 ms.
  Decision decide(std::int64_t now);

 private:
  double beside() const;
  double need(std::size_t rung) const;
  std::size_t best(double carries) const;
  std::size_t start_rung() const;

  std::size_t believed() const;
  bool buried(std::int64_t now);
  bool silent(std::int64_t now);
  double other_arrives(std::int64_t until) const;
  std::optional<double> congested();
  std::optional<double> throttled() const;
  void settle(std::int64_t now);
  std::int64_t queue_length(std::int64_t now) const;
  bool drains(std::int64_t queue) const;
  double queued_s(std::int64_t now) const;
  void fall(std::int64_t now, double carries);
  void may_climb(std::int64_t now);
  void step_climb(std::int64_t now);
  bool measuring(std::int64_t now);
  void climbed(std::int64_t now, double carries);
  bool drains_first(std::int64_t now);
  void go(std::int64_t now, std::size_t rung);
  void measured(double carries);
  void wait(std::int64_t now);
  Decision decision(std::int64_t now) const;

  std::optional<double> hint_;
  Ladder ladder_;
  double other_ = 0;
  bool lifted_ = false;  // since the last decision

  LinkTrace trace_;
  Climb climb_;
  std::optional<double> carries_;

  bool started_ = false;
  bool known_ = false;        // one climb has ended
  std::size_t current_ = 0;   // what is sent
  std::size_t target_ = 0;    // what is to be sent
  std::int64_t asked_ = 0;    // when the target was set
  std::int64_t settled_ = 0;  // what left before this says nothing of the present rate
  std::int64_t held_since_ = 0;
  std::optional<std::int64_t> congested_since_;

  std::int64_t next_climb_ = 0;
  // A climb has filled the link; what was sent until then tells how much it carries.
  std::optional<std::int64_t> full_at_;
  std::optional<std::size_t> before_full_;  // the rung until then, if it was no climb
  std::optional<std::size_t> rise_;         // a better rung, to be asked for when the queue is gone
  int failures_ = 0;
  std::int64_t varies_until_ = 0;  // the link has carried more a short while ago

  LossBlocks losses_;
  StillPace stills_;
  std::size_t reports_ = 0;
  ReportWatch watch_;
  bool was_silent_ = false;
  std::optional<std::int64_t> buried_until_;
};
