// SPDX-License-Identifier: LGPL-2.1-or-later
// Who gets the results by a WebSocket, and has the video from elsewhere: from an SFU, which does not bring them
// (PROTOCOL.md, 6).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/protocol.h"
#include "socket_network.h"
#include "viewer.h"

class ResultsViewer : public Viewer, public std::enable_shared_from_this<ResultsViewer> {
 public:
  explicit ResultsViewer(Events events);
  void start();
  bool needs_results() const override { return true; }
  void end() override;

  void handle(std::string_view text) override;
  void send_stream_info() override;
  void send_result(const std::string& encoded) override;
  void send_model_state(const protocol::ModelState& state) override;
  void send_property(const protocol::Property& property) override;
  void send_window() override;
  void check_deadline() override;

 private:
  void send(const std::string& json);
  void acknowledged(const protocol::Ack& ack);
  void send_pong(const protocol::Ping& ping);
  void fail(const char* code, const std::string& message);

  const Events events_;
  SocketNetwork network_;
  std::optional<protocol::StreamInfo> sent_info_;
  gint64 deadline_ = 0;
  bool stays_ = false;
  bool ended_ = false;
};
