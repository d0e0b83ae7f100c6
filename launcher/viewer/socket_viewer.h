// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer that gets its frames by its WebSocket, because no UDP reaches it: the same encoded frames that others get by
// WebRTC, for the browser's own decoder (PROTOCOL.md, 5).
#pragma once

#include <gst/gst.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/protocol.h"
#include "media/output.h"
#include "rung_selector.h"
#include "socket_network.h"
#include "viewer.h"

class SocketViewer : public Viewer, public std::enable_shared_from_this<SocketViewer> {
 public:
  SocketViewer(const Output& output, unsigned number, Events events);
  ~SocketViewer() override;
  // `downlink`: what the viewer believes that its network carries, in bit/s.
  void start(std::optional<double> downlink);
  void end() override;

  void handle(std::string_view text) override;
  void send_stream_info() override;
  void send_result(const std::string& encoded) override;
  void send_model_state(const protocol::ModelState& state) override;
  void send_property(const protocol::Property& property) override;
  void send_window() override;
  void check_deadline() override;

 private:
  class FrameOutlet;

  void send(const std::string& json);
  void send_bytes(const protocol::FrameHeader& header, const guint8* bytes, std::size_t size);
  void send_media();
  void send_video(GstSample* frame);
  void send_audio(GstSample* frame);
  void send_parts(protocol::FrameHeader header, GstBuffer* frame);
  void acknowledged(const protocol::Ack& ack);
  void send_pong(const protocol::Ping& ping);
  void link_changed();
  void fail(const char* code, const std::string& message);

  const Output& output_;
  const unsigned number_;
  const Events events_;
  const std::shared_ptr<SocketNetwork> network_;
  std::vector<std::shared_ptr<Feed>> feeds_;  // as the producer's streams
  std::unique_ptr<RungSelector> selector_;    // of video
  std::optional<protocol::Media> media_;      // as it was sent last
  std::optional<protocol::StreamInfo> sent_info_;
  gint64 deadline_;
  bool stays_ = false;
  bool ended_ = false;
};
