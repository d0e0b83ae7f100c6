// SPDX-License-Identifier: LGPL-2.1-or-later
// Gives one viewer the encoding that its network carries: joins what its packets show (Network), what that means
// (LinkControl), what the viewer wishes, and the feed that moves between encodings. Main thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/main_thread.h"
#include "base/protocol.h"
#include "link/link_control.h"
#include "media/producer.h"
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
  // `wanted`: whether it looks at all. `limit`: it wants no more than so many bit/s.
  void wish(bool wanted, std::optional<double> limit);
  // Whether a result of so many bytes may go beside the video now; then it counts as sent.
  bool result_fits(std::size_t bytes);
  // What the viewer gets now, and why.
  protocol::Link link() const;

 private:
  void tell_rungs();
  void tell_others();
  void look();
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
  std::optional<double> limit_;
  bool wanted_ = true;
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
  protocol::Link told_;
  Timer teller_;
  Timer ticker_;
  Timer stills_;
};
