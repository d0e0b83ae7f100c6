// SPDX-License-Identifier: LGPL-2.1-or-later
// A network that carries a viewer's frames by WebSocket. The viewer acknowledges each message; to see what more would
// arrive, padding is sent. Main thread, but for `behind()`.
#pragma once

#include <glib.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/main_thread.h"
#include "link/ack_log.h"
#include "network.h"
#include "probe_pace.h"

class SocketNetwork : public Network {
 public:
  // `pad` sends a message of so many bytes, and calls sent() of it.
  explicit SocketNetwork(std::function<void(std::size_t bytes)> pad)
      : pad_(std::move(pad)), pace_([this](double& owed) { send_padding(owed); }) {}

  enum class Kind { kVideo, kPadding, kOther };
  // A message of so many bytes leaves.
  void sent(std::size_t bytes, Kind kind);
  // The viewer has had the first `number` messages, the last of them at `at` ms of its own clock. False if so many
  // never left.
  bool acknowledged(std::uint32_t number, double at);
  // Messages without an acknowledgement.
  std::size_t under_way() const { return log_.under_way(); }
  gint64 last_sent() const { return last_sent_; }
  // A message has been under way for so long that what follows would come late. Any thread.
  bool behind() const;

  void take_sent(std::vector<Packet>& into) override;
  std::uint64_t other_bytes() const override { return other_bytes_; }
  void probe(double bits) override { pace_.set(bits); }
  void stop() override;

 private:
  void send_padding(double& owed) const;
  void note_oldest();

  const std::function<void(std::size_t)> pad_;
  AckLog log_;
  std::vector<Packet> sent_;
  std::vector<SentLog::Report> reports_;  // that are still to be told
  Timer teller_;
  std::uint64_t other_bytes_ = 0;
  gint64 last_sent_ = 0;
  ProbePace pace_;

  static constexpr std::int64_t kNone = -1;
  std::atomic<std::int64_t> oldest_ = kNone;  // when the oldest message left that is under way
  std::atomic<std::int64_t> round_trip_ = 0;
};
