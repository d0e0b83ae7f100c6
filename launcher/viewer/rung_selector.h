// SPDX-License-Identifier: LGPL-2.1-or-later
// Gives one viewer the encoding that its network carries: joins what its packets show (Network), what that means
// (LinkControl), what the viewer wishes, and the feed that moves between encodings. Main thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/main_thread.h"
#include "base/protocol.h"
#include "link/link_control.h"
#include "media/output.h"
#include "network.h"

class RungSelector {
 public:
  // `hint`: what the viewer believes that its network carries, in bit/s. `changed`: what link() says is something else
  // now; at most twice a second.
  RungSelector(const Stream& stream, std::shared_ptr<Feed> feed, std::shared_ptr<Network> network,
               std::optional<double> hint, std::function<void()> changed);
  ~RungSelector();

  // The viewer is connected: its video begins. `measured`: it tells what arrives; otherwise it gets the best encoding
  // that it wishes.
  void start(bool measured);
  // Whether it looks at all, and what it has no use for.
  void wish(const protocol::VideoRequest& wish);
  // Whether a result of so many bytes may go beside the video now; then it counts as sent.
  bool result_fits(std::size_t bytes);
  // It gets the best encoding, and nothing is tried out.
  bool unlimited() const { return decision_.reason == LinkControl::Reason::kFree && decision_.probe == 0; }
  // What the viewer gets now, and why.
  protocol::Link link() const;

 private:
  struct News {  // what of link() the viewer is told as soon as it changes
    std::size_t rung = 0;
    unsigned width = 0;
    unsigned height = 0;
    double carries = 0;
    std::string reason{};
    bool operator==(const News&) const = default;
  };

  void tell_rungs();
  void tell_others();
  void tell_sent();
  void take_wish(gint64 now);
  void look();
  const std::shared_ptr<FanOut>& fan_out(std::size_t rung) const;
  const char* reason() const;
  GstClockTime still_time() const;
  void apply(const LinkControl::Decision& decision);
  void move_to(std::size_t rung);
  void tell();
  LinkControl::Decision decide(gint64 now);

  const Stream& stream_;
  const std::shared_ptr<Feed> feed_;
  const std::shared_ptr<Network> network_;
  const std::function<void()> changed_;
  LinkControl control_;
  LinkControl::Decision decision_;
  bool measured_ = false;
  std::optional<protocol::VideoRequest> wish_;  // that is not taken yet
  gint64 wished_at_ = 0;
  bool wanted_ = true;
  std::optional<Picture> picture_;  // of the rung, as of the last look at it
  std::vector<Network::Packet> sent_;
  std::size_t rung_ = 0;  // what the feed was told
  bool arrived_ = true;   // and has come to
  gint64 asked_at_ = 0;
  double still_interval_s_ = 1;
  double results_ = LinkControl::kUnlimited;
  double result_bytes_ = 0;  // that may be sent
  gint64 refilled_at_ = 0;
  std::uint64_t other_bytes_ = 0;
  gint64 others_at_ = 0;
  gint64 rungs_at_ = 0;
  News told_;
  Timer teller_;
  Timer ticker_;
  StillClock still_clock_;
};
