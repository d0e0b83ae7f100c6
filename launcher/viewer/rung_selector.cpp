// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rung_selector.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace {

constexpr guint kTickMs = 50;
constexpr gint64 kRungsUs = 500 * 1000;   // from one look at what the rungs take to the next one
constexpr gint64 kOthersUs = 500 * 1000;  // the same of what else is sent
constexpr guint kTellMs = 500;
constexpr std::size_t kResultOverhead = 90;  // SCTP, DTLS, UDP and IP
// So much time's results may go at once.
constexpr double kResultBurst = 0.3;
// A key frame that has not come is asked for again.
constexpr gint64 kKeyFrameUs = 400 * 1000;
constexpr gint64 kWishUs = 500 * 1000;

// Where nothing was measured yet: each rung has half the bits of the one above.
constexpr double kUnknownTop = 1e6;

// To two digits.
double rounded(double value) {
  if (value < 1) return 0;
  const double unit = std::pow(10, std::floor(std::log10(value)) - 1);
  return std::round(value / unit) * unit;
}

const char* name_of(LinkControl::Reason reason) {
  switch (reason) {
    case LinkControl::Reason::kFree:
      return "free";
    case LinkControl::Reason::kNetwork:
      return "network";
    case LinkControl::Reason::kLimit:
      return "limit";
    case LinkControl::Reason::kTooSlow:
      return "too-slow";
    case LinkControl::Reason::kStart:
      break;
  }
  return "start";
}

}  // namespace

RungSelector::RungSelector(const Stream& stream, std::shared_ptr<Feed> feed, std::shared_ptr<Network> network,
                           std::optional<double> hint, std::function<void()> changed)
    : stream_(stream),
      feed_(std::move(feed)),
      network_(std::move(network)),
      changed_(std::move(changed)),
      control_(hint) {
  network_->on_reports([this](const std::vector<SentLog::Report>& reports) {
    tell_sent();
    control_.reported(g_get_monotonic_time(), reports);
    look();
  });
}

RungSelector::~RungSelector() {
  network_->stop();
}

void RungSelector::start(bool measured) {
  if (ticker_.running()) return;
  measured_ = measured;
  tell_rungs();
  others_at_ = g_get_monotonic_time();
  other_bytes_ = network_->other_bytes();
  ticker_.every(kTickMs, [this] {
    tell_sent();
    look();
  });
  look();
}

void RungSelector::wish(const protocol::VideoRequest& wish) {
  wish_ = wish;
  if (ticker_.running()) look();
}

// Not more often than every kWishUs: each may cost others a key frame.
void RungSelector::take_wish(gint64 now) {
  if (!wish_ || now - wished_at_ < kWishUs) return;
  const auto [wanted, max_bitrate, max_height] = *std::exchange(wish_, std::nullopt);
  wished_at_ = now;
  control_.limit(max_bitrate, max_height);
  if (!std::exchange(wanted_, wanted) && wanted) control_.resumed(now);
}

void RungSelector::tell_sent() {
  network_->take_sent(sent_);
  for (const auto& packet : sent_) control_.sent(packet.sent, packet.bytes, packet.duplicate);
}

void RungSelector::tell_rungs() {
  rungs_at_ = g_get_monotonic_time();
  std::vector<LinkControl::Rung> rungs;
  double guess = kUnknownTop;
  for (const auto& rung : stream_.rungs()) {
    const auto rate = rung->fan_out()->rate();
    const auto& picture = rung->picture();
    rungs.push_back(
        {.bitrate = rate.bits > 0 ? rate.bits : guess, .height = picture ? picture->height - picture->rows : 0});
    guess = rungs.back().bitrate / 2;
  }
  control_.rungs(std::move(rungs));
  picture_ = stream_.rungs()[std::min(rung_, stream_.rungs().size() - 1)]->picture();
}

void RungSelector::tell_others() {
  const gint64 now = g_get_monotonic_time();
  const std::uint64_t bytes = network_->other_bytes();
  const auto sent = static_cast<double>(bytes - std::exchange(other_bytes_, bytes));
  control_.other(sent * 8e6 / static_cast<double>(now - std::exchange(others_at_, now)));
}

void RungSelector::look() {
  const gint64 now = g_get_monotonic_time();
  if (now - rungs_at_ > kRungsUs) tell_rungs();
  if (now - others_at_ > kOthersUs) tell_others();
  take_wish(now);
  // a move that was given up is asked for again below
  if (!arrived_ && feed_->from() == fan_out(rung_) && !feed_->moving()) {
    arrived_ = true;
    control_.switched(now, rung_);
    tell_rungs();
  }
  // nothing is sent while nothing is wanted, and so nothing is known
  apply(wanted_ ? decide(now) : decision_);
}

const std::shared_ptr<FanOut>& RungSelector::fan_out(std::size_t rung) const {
  const auto& rungs = stream_.rungs();
  return rungs[std::min(rung, rungs.size() - 1)]->fan_out();
}

LinkControl::Decision RungSelector::decide(gint64 now) {
  if (measured_) return control_.decide(now);
  LinkControl::Decision decision;
  decision.rung = control_.allowed();
  decision.reason = decision.rung == 0 ? LinkControl::Reason::kFree : LinkControl::Reason::kLimit;
  return decision;
}

void RungSelector::apply(const LinkControl::Decision& decision) {
  const std::size_t count = stream_.rungs().size();
  results_ = decision.results;
  network_->probe(wanted_ ? decision.probe : 0);
  const bool paused = !wanted_ || decision.paused;
  network_->pause(paused);
  if (paused)
    feed_->pause();
  else
    feed_->resume();
  const bool late = !arrived_ && g_get_monotonic_time() - asked_at_ > kKeyFrameUs;
  if (decision.rung != rung_ || late) move_to(decision.rung);
  const bool stills = decision.rung == count;
  if (!stills) still_clock_.stop();
  if (stills && decision.still_interval_s != still_interval_s_) {
    still_interval_s_ = decision.still_interval_s;
    feed_->set_still_interval(still_time());
  }
  if (stills && still_clock_.due(g_get_monotonic_time(), still_interval_s_) && wanted_ && !decision.paused)
    feed_->request_key_frame(false);
  decision_ = decision;
  if (!teller_.running()) tell();
}

// An encoding's bit rate changes all the time; that alone is no news.
void RungSelector::tell() {
  const News news{rung_, picture_ ? picture_->width : 0, picture_ ? picture_->height : 0,
                  decision_.carries ? rounded(*decision_.carries) : 0, reason()};
  if (news == told_) return;
  told_ = news;
  changed_();
  teller_.once(kTellMs, [] {});
}

protocol::Link RungSelector::link() const {
  const auto& rungs = stream_.rungs();
  const auto& rung = rungs[std::min(rung_, rungs.size() - 1)];
  const auto rate = rung->fan_out()->rate();
  protocol::Link link;
  link.rung = static_cast<unsigned>(rung_);
  link.rungs = static_cast<unsigned>(rungs.size());
  if (picture_) link.width = picture_->width, link.height = picture_->height;
  link.bitrate = rounded(rate.bits);
  if (rate.frame_rate > 0) link.framerate = std::round(rate.frame_rate);
  if (decision_.carries) link.carries = rounded(*decision_.carries);
  link.reason = reason();
  return link;
}

const char* RungSelector::reason() const {
  return wanted_ ? name_of(decision_.reason) : "hidden";
}

// A request is early by the time that a timer or an encoder may be.
GstClockTime RungSelector::still_time() const {
  return static_cast<GstClockTime>(0.8 * still_interval_s_ * GST_SECOND);
}

void RungSelector::move_to(std::size_t rung) {
  const bool down = rung > rung_;
  feed_->set_still_interval(rung == stream_.rungs().size() ? still_time() : 0);
  feed_->move_to(fan_out(rung), down);
  rung_ = rung;
  arrived_ = false;
  asked_at_ = g_get_monotonic_time();
}

bool RungSelector::result_fits(std::size_t bytes) {
  if (!wanted_) return false;
  if (results_ == LinkControl::kUnlimited) return true;
  const gint64 now = g_get_monotonic_time();
  const double passed = static_cast<double>(now - std::exchange(refilled_at_, now)) / 1e6;
  result_bytes_ = std::min(result_bytes_ + passed * results_ / 8, kResultBurst * results_ / 8);
  if (result_bytes_ <= 0) return false;
  result_bytes_ -= static_cast<double>(bytes + kResultOverhead);
  return true;
}
