// SPDX-License-Identifier: LGPL-2.1-or-later
#include "simulation.h"

#include <algorithm>
#include <cmath>

#include "feedback_bytes.h"
#include "link/feedback.h"

namespace simulation {
namespace {

constexpr std::int64_t kMs = 1000;
constexpr double kOverhead = 62;
constexpr double kPayload = 1138;
constexpr std::int64_t kSwitch = 100 * kMs;

// std's distributions differ from one library to the next
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  double unit() { return static_cast<double>(engine_()) / 4294967296.0; }
  double between(double low, double high) { return low + (high - low) * unit(); }

 private:
  std::mt19937 engine_;
};

enum class Kind : std::uint8_t { kVideo, kProbe, kResult };

struct Packet {
  std::size_t viewer;
  Kind kind;
  double bytes;
  std::int64_t sent;
  std::uint16_t seq;  // of transport-cc
  std::size_t frame;  // of video
  bool last;          // of the frame
};

class Viewer;

class Pipe {
 public:
  Pipe(const Link& link, Random& random) : link_(link), random_(random), tokens_(link.bucket) {}
  void put(const Packet& packet) {
    const double limit = link_.queue_ms / 1000 * rate_ / 8 + link_.bucket;
    if (queued_ + packet.bytes > limit) {
      lost(packet);
      return;
    }
    queued_ += packet.bytes;
    queue_.push_back(packet);
  }
  void tick(std::int64_t now) {
    rate_ = link_.rate(static_cast<double>(now) / 1e6);
    tokens_ = std::min(link_.bucket, tokens_ + rate_ / 8 / 1000);
    while (!queue_.empty() && tokens_ >= queue_.front().bytes) {
      const Packet packet = queue_.front();
      queue_.pop_front();
      queued_ -= packet.bytes;
      tokens_ -= packet.bytes;
      if (random_.unit() < link_.loss) {
        lost(packet);
        continue;
      }
      std::int64_t arrival = now + static_cast<std::int64_t>(1000 * (link_.delay_ms + link_.jitter_ms));
      if (link_.jitter_ms > 0)
        arrival += static_cast<std::int64_t>(1000 * random_.between(-link_.jitter_ms, link_.jitter_ms));
      if (!link_.reordering) arrival = last_arrival_ = std::max(arrival, last_arrival_);
      arrived(packet, now, arrival);
    }
  }
  std::function<void(const Packet&)> lost;
  std::function<void(const Packet&, std::int64_t left, std::int64_t arrival)> arrived;

 private:
  const Link& link_;
  Random& random_;
  double rate_ = 0;
  double tokens_;
  double queued_ = 0;
  std::deque<Packet> queue_;
  std::int64_t last_arrival_ = 0;
};

// What the launcher does for a viewer, and the viewer itself.
class Viewer {
 public:
  Viewer(std::size_t index, const Link& link, const ViewerSetup& setup, Pipe& pipe, Random& random)
      : index_(index), link_(link), setup_(setup), pipe_(pipe), random_(random), control_(setup.hint) {
    control_.limit(setup.limit);
    next_result_ = next_frame_ = start_ = static_cast<std::int64_t>(setup.start * 1e6);
    awake_.resize(setup.rungs.size(), 0);
  }

  void tick(std::int64_t now) {
    if (now < start_) return;
    if (now == start_) begin(now);
    while (!feedbacks_.empty() && feedbacks_.front().first <= now) {
      if (const auto feedback = Feedback::parse(feedbacks_.front().second))
        control_.reported(now, log_.match(*feedback));
      feedbacks_.pop_front();
      decide(now);
    }
    if ((now - start_) % (50 * kMs) == 0) {
      update(now);
      decide(now);
      got.samples.push_back({static_cast<double>(now) / 1e6, decision_});
    }
    if (switch_at_ && *switch_at_ <= now && due(now)) {
      rung_ = switch_to_;
      switch_at_.reset();
      key_ = true;
      got.changes.push_back({static_cast<double>(now) / 1e6, rung_});
      control_.switched(now, rung_);
    }
    if (due(now)) send_frame(now);
    if (now % (5 * kMs) == 0) send_probes(now);
    if (now >= next_result_) send_result(now);
    send_feedback(now);
  }

  void lost(const Packet& packet) {
    if (packet.kind == Kind::kVideo) broken_[packet.frame] = true;
  }
  void arrived(const Packet& packet, std::int64_t left, std::int64_t arrival) {
    const double queue_ms = static_cast<double>(left - packet.sent) / 1000;
    if (packet.kind == Kind::kResult) {
      got.result_ms.push_back(queue_ms);
      return;
    }
    arrivals_.emplace(arrival, packet.seq);
    if (packet.kind != Kind::kVideo || !packet.last) return;
    Frame& frame = got.frames[packet.frame];
    frame.queue_ms = queue_ms;
    if (!broken_[packet.frame]) frame.arrived = static_cast<double>(arrival) / 1e6;
  }

  Got got;

 private:
  bool due(std::int64_t now) const { return now >= next_frame_ && !paused_; }

  void begin(std::int64_t now) {
    update(now);
    decision_ = control_.decide(now);
    rung_ = switch_to_ = decision_.rung;
    key_ = true;
    got.changes.push_back({static_cast<double>(now) / 1e6, rung_});
    control_.switched(now, rung_);
  }

  double on_wire(std::size_t rung, double payload) const {
    const double a_frame = std::ceil(payload / 8 / setup_.rungs[rung].framerate / kPayload);
    return payload + a_frame * kOverhead * 8 * setup_.rungs[rung].framerate;
  }

  void update(std::int64_t now) {
    std::vector<LinkControl::Rung> rungs;
    for (std::size_t i = 0; i < setup_.rungs.size(); ++i) {
      const auto& rung = setup_.rungs[i];
      const bool measured = awake_[i] > 0 && now - awake_[i] > 1'000'000 && rung_ == i;
      rungs.push_back({on_wire(i, measured ? rung.bitrate : rung.told)});
    }
    control_.rungs(std::move(rungs));
    other_ += (result_bytes_ * 8 / 0.05 - other_) / 10;
    result_bytes_ = 0;
    control_.other(other_);
  }

  void decide(std::int64_t now) {
    decision_ = control_.decide(now);
    if (paused_ && !decision_.paused) {
      key_ = true;
      next_frame_ = now + kSwitch / 2;
    }
    paused_ = decision_.paused;
    if (decision_.rung == switch_to_) return;
    switch_to_ = decision_.rung;
    switch_at_ = now + kSwitch;
    // no picture is waited for from one still to the next
    if (rung_ == setup_.rungs.size()) next_frame_ = *switch_at_;
    if (switch_to_ == rung_) switch_at_.reset();
  }

  void send_frame(std::int64_t now) {
    const bool stills = rung_ == setup_.rungs.size();
    const Rung& rung = setup_.rungs[stills ? rung_ - 1 : rung_];
    if (!stills && awake_[rung_] == 0) awake_[rung_] = now;
    const double mean = key_ || stills ? rung.key_bytes : rung.bitrate / 8 / rung.framerate;
    double left = mean * random_.between(0.7, 1.3);
    key_ = false;
    const std::size_t frame = got.frames.size();
    got.frames.push_back({static_cast<double>(now) / 1e6, {}, 0, rung_, left + std::ceil(left / kPayload) * kOverhead});
    broken_.push_back(false);
    while (left > 0) {
      const double payload = std::min(left, kPayload);
      left -= payload;
      send(now, Kind::kVideo, payload + kOverhead, frame, left <= 0);
    }
    next_frame_ = now + static_cast<std::int64_t>((stills ? decision_.still_interval_s : 1 / rung.framerate) * 1e6);
  }

  void send(std::int64_t now, Kind kind, double bytes, std::size_t frame, bool last) {
    log_.sent(seq_, now, static_cast<std::uint32_t>(bytes));
    control_.sent(now, static_cast<std::size_t>(bytes), kind == Kind::kProbe);
    if (kind == Kind::kVideo) {
      recent_.push_back(bytes);
      if (recent_.size() > 32) recent_.pop_front();
      got.video_bytes += bytes;
    } else {
      got.probe_bytes += bytes;
    }
    pipe_.put({index_, kind, bytes, now, seq_++, frame, last});
  }

  void send_probes(std::int64_t now) {
    if (decision_.probe <= 0 || recent_.empty()) {
      probe_budget_ = 0;
      return;
    }
    probe_budget_ += decision_.probe / 8 * 0.005;
    // large ones where they do not come too seldom
    const double most = std::max(300.0, decision_.probe / 8 * 0.04);
    double size = *std::min_element(recent_.begin(), recent_.end());
    for (const double bytes : recent_) {
      if (bytes <= most) size = std::max(size, bytes);
    }
    while (probe_budget_ >= size) {
      probe_budget_ -= size;
      send(now, Kind::kProbe, size, 0, false);
    }
  }

  void send_result(std::int64_t now) {
    next_result_ += static_cast<std::int64_t>(1e6 / setup_.results);
    result_budget_ = std::min(400.0, result_budget_ + decision_.results / 8 / setup_.results);
    if (result_budget_ < 200) return;
    result_budget_ -= 200;
    result_bytes_ += 200;
    pipe_.put({index_, Kind::kResult, 200, now, 0, 0, false});
  }

  void send_feedback(std::int64_t now) {
    while (!arrivals_.empty() && arrivals_.begin()->first <= now) {
      const auto& [arrival, seq] = *arrivals_.begin();
      const auto number = reported_ + static_cast<std::int16_t>(seq - static_cast<std::uint16_t>(reported_));
      // a clock of its own
      const double clock = static_cast<double>(arrival) * (1 + link_.skew_ppm / 1e6) + 5e12;
      told_[number] = static_cast<std::int64_t>(clock) / 250 * 250;
      arrivals_.erase(arrivals_.begin());
    }
    if (now < next_feedback_ || told_.empty()) return;
    next_feedback_ = now + static_cast<std::int64_t>(link_.feedback_ms * 1000);
    std::vector<WrittenPacket> packets;
    // what comes late is told again
    reported_ = std::min(reported_, told_.begin()->first);
    const auto base = static_cast<std::uint16_t>(reported_);
    for (; reported_ <= told_.rbegin()->first; ++reported_) {
      const auto found = told_.find(reported_);
      packets.push_back({found == told_.end() ? std::nullopt : std::optional{found->second}});
    }
    told_.clear();
    feedbacks_.emplace_back(now + static_cast<std::int64_t>(link_.reverse_ms * 1000), write_feedback(base, packets));
  }

  std::size_t index_;
  const Link& link_;
  const ViewerSetup& setup_;
  Pipe& pipe_;
  Random& random_;
  LinkControl control_;
  SentLog log_;
  LinkControl::Decision decision_;
  std::int64_t start_ = 0;

  std::size_t rung_ = 0;
  std::size_t switch_to_ = 0;
  std::optional<std::int64_t> switch_at_;
  bool key_ = true;
  bool paused_ = false;
  std::vector<std::int64_t> awake_;
  std::int64_t next_frame_ = 0;
  std::uint16_t seq_ = 65'000;
  std::deque<double> recent_;  // sizes of packets
  double probe_budget_ = 0;

  std::int64_t next_result_ = 0;
  double result_budget_ = 0;
  double result_bytes_ = 0;
  double other_ = 0;

  std::vector<bool> broken_;
  std::multimap<std::int64_t, std::uint16_t> arrivals_;
  std::map<std::int64_t, std::int64_t> told_;
  std::int64_t reported_ = 65'000;
  std::int64_t next_feedback_ = 0;
  std::deque<std::pair<std::int64_t, std::vector<std::uint8_t>>> feedbacks_;
};

double quantile_of(std::vector<double> values, double quantile) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(quantile * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

std::vector<Rung> ladder() {
  return {{690e3, 1000e3, 30, 17'000},
          {450e3, 450e3, 30, 11'000},
          {220e3, 220e3, 30, 6'000},
          {65e3, 65e3, 30, 3'000},
          {24e3, 24e3, 10, 1'600}};
}

std::vector<Got> run(const Link& link, const std::vector<ViewerSetup>& setups, double seconds, unsigned seed) {
  Random random(seed);
  Pipe pipe(link, random);
  std::vector<std::unique_ptr<Viewer>> viewers;
  for (std::size_t i = 0; i < setups.size(); ++i)
    viewers.push_back(std::make_unique<Viewer>(i, link, setups[i], pipe, random));
  pipe.lost = [&](const Packet& packet) { viewers[packet.viewer]->lost(packet); };
  pipe.arrived = [&](const Packet& packet, std::int64_t left, std::int64_t arrival) {
    viewers[packet.viewer]->arrived(packet, left, arrival);
  };
  for (std::int64_t now = 0; now < static_cast<std::int64_t>(seconds * 1e6); now += kMs) {
    pipe.tick(now);
    for (auto& viewer : viewers) viewer->tick(now);
  }
  std::vector<Got> got;
  for (auto& viewer : viewers) got.push_back(std::move(viewer->got));
  return got;
}

double Got::queue_ms(double quantile, double from, double to) const {
  std::vector<double> values;
  for (const Frame& frame : frames) {
    if (frame.arrived && frame.sent >= from && frame.sent < to) values.push_back(frame.queue_ms);
  }
  return quantile_of(values, quantile);
}

double Got::result_delay_ms(double quantile) const {
  return quantile_of(result_ms, quantile);
}

double Got::fps(double from, double to) const {
  const auto shown = std::count_if(frames.begin(), frames.end(), [&](const Frame& frame) {
    return frame.arrived && *frame.arrived >= from && *frame.arrived < to;
  });
  return static_cast<double>(shown) / (to - from);
}

double Got::share(std::size_t rung, double from, double to) const {
  double held = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const double end = i + 1 < changes.size() ? changes[i + 1].at : to;
    if (changes[i].rung == rung) held += std::max(0.0, std::min(end, to) - std::max(changes[i].at, from));
  }
  return held / (to - from);
}

double Got::sent_rate(double from, double to) const {
  double bytes = 0;
  for (const Frame& frame : frames) {
    if (frame.sent >= from && frame.sent < to) bytes += frame.bytes;
  }
  return bytes * 8 / (to - from);
}

std::size_t Got::rung_at(double at) const {
  std::size_t rung = changes.front().rung;
  for (const Change& change : changes) {
    if (change.at <= at) rung = change.rung;
  }
  return rung;
}

std::size_t Got::changes_in(double from, double to) const {
  return static_cast<std::size_t>(std::count_if(
      changes.begin() + 1, changes.end(), [&](const Change& change) { return change.at >= from && change.at < to; }));
}

double Got::carries(double from, double to) const {
  std::vector<double> values;
  for (const Sample& sample : samples) {
    if (sample.at >= from && sample.at < to) values.push_back(sample.decision.carries.value_or(0));
  }
  return quantile_of(values, 0.5);
}

double Got::longest_gap_ms(double from, double to) const {
  double longest = 0;
  std::optional<double> last;
  for (const Frame& frame : frames) {
    if (!frame.arrived || *frame.arrived < from || *frame.arrived >= to) continue;
    if (last) longest = std::max(longest, *frame.arrived - *last);
    last = last ? std::max(*last, *frame.arrived) : *frame.arrived;
  }
  return longest * 1000;
}

}  // namespace simulation
