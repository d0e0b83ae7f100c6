// SPDX-License-Identifier: LGPL-2.1-or-later
#include "link_control.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace {

constexpr std::int64_t kMs = 1000;
constexpr std::int64_t kSecond = 1000 * kMs;

// Results may ask for this share before the video gets smaller for them.
constexpr double kResultsShare = 0.15;

constexpr std::int64_t kQueueFull = 35 * kMs;
// Of two viewers of a link, the one that has gone up makes room, not the one that was there.
constexpr std::int64_t kLongHeldQueueFull = 75 * kMs;
// So long a picture's packets may be under way, if they come so slowly.
constexpr std::int64_t kFarBehind = 60 * kMs;
constexpr double kFarTooLittle = 0.45;
// While a queue drains there are reports at least so often.
constexpr std::int64_t kStillReported = 300 * kMs;
// With such a queue only some results go, and with such a one none: they would come too late to be of use, and keep the
// queue full.
constexpr std::int64_t kLongQueue = 80 * kMs;
constexpr std::int64_t kTooLongQueue = 350 * kMs;
constexpr std::int64_t kQueueWindow = 150 * kMs;
constexpr std::int64_t kBusyWindow = 400 * kMs;
constexpr std::size_t kQueueBursts = 4;
// Reports that are so late tell enough, though they have not come.
constexpr std::int64_t kMuchLate = 250 * kMs;
// No picture that waits for so long is worth sending.
constexpr std::int64_t kBuried = 700 * kMs;
// A climb leaves a queue. The key frame of a better rung waits until there is no more of it than this, and no longer
// than that.
constexpr std::int64_t kDrained = 40 * kMs;
constexpr std::int64_t kDrainPatience = 600 * kMs;
// A rung that was asked for and has not come.
constexpr std::int64_t kSwitchPatience = 800 * kMs;
// A queue that stays although the link seems to carry the rung.
constexpr std::int64_t kCongestedForLong = 700 * kMs;

// No link carries less, or what it carries is of no use.
constexpr double kLeast = 5000;
// Where nothing is known: little enough for a slow link, and enough to know soon.
constexpr double kFirstClimb = 115'000;
constexpr double kClimbMargin = 1.2;
// A climb that has passed so many times what a rung takes says that the link carries the rung, bucket or not.
constexpr double kFarMore = 6;
// Token buckets let 10 kB through at any rate.
constexpr double kBucketBits = 100'000;
constexpr std::int64_t kFirstWait = 4 * kSecond;
constexpr int kMostDoublings = 4;
// A rung that was held for so long was no mistake: the link has changed since, and may change again.
constexpr std::int64_t kHeldForLong = 5 * kSecond;
constexpr std::int64_t kVaries = 60 * kSecond;
constexpr std::int64_t kVariesWait = 3200 * kMs;

// Viewers of one link that climb at the same times would never get up. 80 to 120; no two viewers have the same µs.
std::int64_t spread_percent(std::int64_t now) {
  const std::uint64_t mixed = static_cast<std::uint64_t>(now) * 0x9e3779b97f4a7c15U;
  return 80 + static_cast<std::int64_t>((mixed >> 32) % 41);
}

}  // namespace

void LinkControl::rungs(std::vector<Rung> rungs) {
  const std::size_t before = ladder_.stills();
  ladder_.set(std::move(rungs));
  if (!started_) {
    started_ = true;
    current_ = target_ = start_rung();
    return;
  }
  if (ladder_.stills() == before) return;
  for (std::size_t* rung : {&current_, &target_})
    *rung = *rung == before ? ladder_.stills() : std::min(*rung, ladder_.lowest());
}

void LinkControl::limit(std::optional<double> bitrate, std::optional<unsigned> lines) {
  const bool held = started_ && target_ == allowed();
  ladder_.limit(bitrate, lines);
  lifted_ |= held && allowed() < target_;
}

// By the last measurement, or else by what has passed so far, or as at the start.
std::size_t LinkControl::believed() const {
  return carries_ ? best(*carries_) : std::min(best(climb_.passed()), start_rung());
}

std::size_t LinkControl::allowed() const {
  return ladder_.allowed(current_);
}

std::size_t LinkControl::start_rung() const {
  return ladder_.start(hint_, beside(), current_);
}

double LinkControl::beside() const {
  return carries_ ? std::min(other_, kResultsShare * *carries_) : other_;
}

double LinkControl::need(std::size_t rung) const {
  return ladder_.bitrate(rung) + beside();
}

std::size_t LinkControl::best(double carries) const {
  return ladder_.best(carries, beside(), current_);
}

void LinkControl::sent(std::int64_t now, std::size_t bytes, bool probe) {
  watch_.sent(now);
  if (!probe && current_ == ladder_.stills()) stills_.sent(now, bytes);
}

void LinkControl::reported(std::int64_t now, std::span<const SentLog::Report> reports) {
  if (reports.empty()) return;
  trace_.add(reports);
  reports_ += reports.size();
  const std::int64_t newest = reports.back().sent;
  watch_.reported(now, newest, trace_.last_delay() > kQueueFull + 2 * trace_.noise());
  if (std::exchange(was_silent_, false)) {
    failures_ = 0;
    carries_.reset();
    climb_ = {};
    next_climb_ = now + kSecond;
    settle(now);
  }
  const auto last = trace_.newest();
  if (last && current_ == ladder_.stills()) stills_.arrived(*last, trace_.queue(*last, *last, 1).value_or(0));
}

void LinkControl::switched(std::int64_t now, std::size_t rung) {
  current_ = rung;
  held_since_ = now;
  congested_since_.reset();
  settle(now);
}

void LinkControl::resumed(std::int64_t now) {
  climb_.stop();
  full_at_.reset();
  before_full_.reset();
  rise_.reset();
  buried_until_.reset();
  congested_since_.reset();
  watch_.forget();
  failures_ = 0;
  next_climb_ = now;
  settle(now);
}

// What left until now was sent otherwise.
void LinkControl::settle(std::int64_t now) {
  settled_ = now;
  losses_.restart(now);
}

LinkControl::Decision LinkControl::decide(std::int64_t now) {
  if (silent(now)) return decision(now);
  if (allowed() > target_) go(now, allowed());
  if (std::exchange(lifted_, false) && believed() < target_) go(now, believed());
  if (climb_.active()) {
    step_climb(now);
  } else if (measuring(now) || drains_first(now)) {
    return decision(now);
  } else if (target_ < ladder_.lowest() && watch_.late(now) > kMuchLate && (!carries_ || now - settled_ > kSecond)) {
    // nothing comes through, and so nothing tells yet how little the link carries
    before_full_ = target_;
    full_at_ = now;
    go(now, ladder_.lowest());
  } else if (target_ == current_ || now - asked_ > kSwitchPatience) {
    if (const auto rate = congested()) {
      fall(now, *rate + other_arrives(now));
    } else {
      congested_since_.reset();
      may_climb(now);
    }
  }
  return decision(now);
}

// Feedback has stopped although packets leave: the link is dead, or so full that nothing comes through.
bool LinkControl::silent(std::int64_t now) {
  if (buried(now)) return false;
  const double waited = watch_.silent(now);
  if (waited < 1) return false;
  was_silent_ = true;
  climb_.stop();
  full_at_.reset();
  const std::size_t rung = waited < 2 ? ladder_.lowest() : ladder_.stills();
  if (target_ < rung) go(now, rung);
  return true;
}

// While the queue is so long, no picture is sent into it.
bool LinkControl::buried(std::int64_t now) {
  if (buried_until_) {
    if (watch_.late(now) > 0 && (now < *buried_until_ || watch_.reported_since(now - kStillReported))) return true;
    buried_until_.reset();
    // the last ones may be lost, and then nothing is reported after them
    watch_.forget();
    return false;
  }
  const auto newest = trace_.newest();
  if (!newest || watch_.silent(now) > 0.5) return false;
  const std::int64_t queue = trace_.queue(std::max(settled_, *newest - kQueueWindow), *newest, 1).value_or(0);
  const std::int64_t late = watch_.late(now);
  const std::int64_t most = target_ < ladder_.lowest() ? kBuried : kBuried / 2;
  if (late > most || (queue > most && late > 0)) {
    if (climb_.active()) full_at_ = now;
    climb_.stop();
    buried_until_ = now + std::min(std::max(late, queue), 2 * kSecond);
  }
  return buried_until_.has_value();
}

// What arrives of the video, if the link does not carry what is sent.
std::optional<double> LinkControl::congested() {
  const auto newest = trace_.newest();
  if (!newest) return std::nullopt;
  const auto queue = trace_.queue_now(kQueueWindow, kQueueBursts, settled_);
  const auto policed = losses_.limit(trace_);
  if (queue && drains(*queue)) return std::nullopt;
  if (const auto rate = throttled()) return rate;
  const std::int64_t full = *newest - held_since_ > kHeldForLong ? kLongHeldQueueFull : kQueueFull;
  if (!trace_.rises(settled_) && (!queue || *queue <= full + trace_.noise())) return policed;
  if (const auto rate = trace_.busy_rate()) return rate;
  return trace_.since(*newest - kBusyWindow).rate;
}

// A large picture tells, packet by packet, what the link gives: if that is far too little, there is no need to wait
// until others queue behind it. Below the lowest rung are only stills: there it is waited.
std::optional<double> LinkControl::throttled() const {
  if (target_ >= ladder_.lowest() || trace_.last_delay() < kFarBehind + 2 * trace_.noise()) return std::nullopt;
  const auto rate = trace_.busy_rate(settled_);
  return rate && *rate < kFarTooLittle * ladder_.bitrate(target_) ? rate : std::nullopt;
}

// Of what is sent beside the video as much is lost as of the video.
double LinkControl::other_arrives(std::int64_t until) const {
  return other_ * (1 - trace_.since(until - kSecond).loss);
}

std::int64_t LinkControl::queue_length(std::int64_t now) const {
  const auto queue = trace_.queue_now(kQueueWindow, 2, 0);
  return std::max(queue.value_or(0) - trace_.noise(), watch_.late(now));
}

bool LinkControl::drains(std::int64_t queue) const {
  const std::int64_t newest = *trace_.newest();
  const auto before = trace_.queue(newest - 450 * kMs, newest - 300 * kMs, 1);
  return before && queue + 8 * kMs < *before;
}

// How long what has been sent will take, in s, at most a half: what the newest packet met, and what has come behind it.
double LinkControl::queued_s(std::int64_t now) const {
  const double sent = target_ < ladder_.stills() ? need(target_) : 0;
  const auto since = static_cast<double>(now - trace_.newest().value_or(now));
  const double queue = static_cast<double>(trace_.last_delay()) + since * std::max(0.0, sent / *carries_ - 1);
  return std::clamp(queue / static_cast<double>(kSecond), 0.0, 0.5);
}

void LinkControl::fall(std::int64_t now, double carries) {
  measured(carries);
  known_ = true;
  if (!congested_since_) congested_since_ = now;
  std::size_t rung = best(*carries_);
  if (rung > target_) rung = best(*carries_ * (1 - queued_s(now)));  // what has queued is to be gone in a second
  const bool fits = target_ < ladder_.stills() && need(target_) <= Ladder::kLowestHeadroom * *carries_;
  if (rung <= target_ || fits) {
    if (target_ == ladder_.stills() || now - *congested_since_ < kCongestedForLong) return;
    rung = std::max(rung, target_ + 1);
  }
  if (now - held_since_ > kHeldForLong) {
    failures_ = 0;
    varies_until_ = now + kVaries;
  }
  wait(now);
  go(now, rung);
}

void LinkControl::may_climb(std::int64_t now) {
  if (reports_ < 3 || target_ != current_ || current_ <= allowed() || now < next_climb_) return;
  const auto queue = trace_.queue_now(kQueueWindow, 2, settled_);
  if (queue && *queue > kQueueFull / 2 + trace_.noise()) return;
  const double next = kClimbMargin * need(current_ - 1);
  const double top = kClimbMargin * need(allowed());
  if (!carries_) {
    const double now_sent = current_ < ladder_.stills() ? need(current_) : 0;
    climb_.start(now, std::max(1.3 * now_sent, kFirstClimb), 0, top, known_);
    return;
  }
  // little above what the link carried: if it still carries no more, the queue that this makes is short
  const double first = std::min({std::max(next, 1.3 * *carries_), 1.6 * *carries_, top});
  const double hold_s = first > *carries_ ? 0.1 + kBucketBits / (first - *carries_) : 0;
  climb_.start(now, first, static_cast<std::int64_t>(std::clamp(hold_s, 0.3, 8.0) * 1e6), top, known_);
}

void LinkControl::step_climb(std::int64_t now) {
  if (watch_.late(now) > Climb::kQueue) {
    // a long queue: its packets have yet to come
    climb_.stop();
    full_at_ = now;
    return;
  }
  const auto end = climb_.step(now, trace_, losses_, other_);
  if (carries_ && climb_.passed() > *carries_) carries_.reset();
  if (!end) return;
  if (*end == Climb::End::kFull) {
    full_at_ = now;
  } else if (*end == Climb::End::kTop) {
    known_ = true;
    carries_.reset();
    failures_ = 0;
    if (allowed() < target_) go(now, allowed());
  } else if (best(climb_.passed()) < target_) {
    climbed(now, climb_.passed());
  } else {
    wait(now);
    if (*end == Climb::End::kUnknown) --failures_;
  }
}

// After a climb that has filled the link: until all that it has sent is reported.
bool LinkControl::measuring(std::int64_t now) {
  if (!full_at_) return false;
  const auto newest = trace_.newest();
  if (newest && *newest < *full_at_ - 10 * kMs && now - *full_at_ < 4 * kSecond) {
    // a rung that takes so little has not filled it, and another one begins with a key frame
    const bool fits = current_ == ladder_.stills() || climb_.passed() > kFarMore * need(current_);
    if (!carries_ && !fits && target_ < ladder_.lowest() && watch_.late(now) > kMuchLate) go(now, ladder_.lowest());
    return true;
  }
  const std::int64_t full_at = *std::exchange(full_at_, std::nullopt);
  const auto busy = trace_.busy_rate();
  const auto before = std::exchange(before_full_, std::nullopt);
  const auto stretch = trace_.since(full_at - kBusyWindow);
  if (!busy && stretch.loss < LossBlocks::kMuch) {
    // only the reports were late
    if (before) go(now, *before);
    next_climb_ = now + kSecond / 2;
    return false;
  }
  measured((busy ? *busy : stretch.rate) + other_arrives(full_at));
  climbed(now, *carries_);
  return false;
}

void LinkControl::climbed(std::int64_t now, double carries) {
  known_ = true;
  const std::size_t rung = best(carries);
  if (rung < target_) failures_ = 0;
  wait(now);
  settle(now);
  if (rung < target_)
    rise_ = rung;
  else if (rung > target_)
    go(now, rung);
}

// A key frame behind the queue that has just been made would come late, and what does not fit behind it is lost.
bool LinkControl::drains_first(std::int64_t now) {
  if (!rise_) return false;
  if (queue_length(now) > kDrained && now - settled_ < kDrainPatience) return true;
  const std::size_t rung = *std::exchange(rise_, std::nullopt);
  settle(now);
  if (rung < target_) go(now, std::max(rung, allowed()));
  return false;
}

void LinkControl::go(std::int64_t now, std::size_t rung) {
  target_ = rung;
  asked_ = now;
  rise_.reset();
  climb_.stop();
}

void LinkControl::measured(double carries) {
  const bool alike = carries_ && std::abs(carries - *carries_) < 0.25 * *carries_;
  carries = std::max(carries, kLeast);
  carries_ = alike ? (*carries_ + carries) / 2 : carries;
}

void LinkControl::wait(std::int64_t now) {
  const std::int64_t usual = now < varies_until_ ? kVariesWait : kFirstWait << std::min(failures_, kMostDoublings);
  next_climb_ = now + usual * spread_percent(now) / 100;
  ++failures_;
}

LinkControl::Decision LinkControl::decision(std::int64_t now) const {
  Decision decision;
  decision.rung = target_;
  decision.paused = buried_until_.has_value();
  const double video = ladder_.bitrate(current_);
  if (climb_.active()) decision.probe = std::max(0.0, climb_.rate() - video - other_);
  const bool free = target_ == 0;
  if (!free) decision.carries = carries_;
  if (free) {
    decision.reason = Reason::kFree;
  } else if (target_ == allowed()) {
    decision.reason = Reason::kLimit;
  } else if (target_ == ladder_.stills()) {
    decision.reason = Reason::kTooSlow;
  } else {
    decision.reason = known_ ? Reason::kNetwork : Reason::kStart;
  }
  if (carries_ && !free) {
    decision.results =
        std::max(0.1 * *carries_,
                 Ladder::kHeadroom * *carries_ - (target_ < ladder_.stills() ? video : StillPace::kShare * *carries_));
  } else if (!free && decision.reason != Reason::kLimit) {
    decision.results = 15'000;
  }
  const std::int64_t queue = queue_length(now);
  if (queue > kLongQueue) decision.results = std::min(decision.results, 0.05 * carries_.value_or(video));
  // before the first report the first picture is on its way, and may be long
  if (queue > kTooLongQueue || reports_ == 0) decision.results = 0;
  decision.still_interval_s = stills_.interval_s(carries_.value_or(0));
  return decision;
}
