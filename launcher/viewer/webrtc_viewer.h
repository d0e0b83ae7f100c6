// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer of a stream by WebRTC: its feeds, its encoding, and what goes beside them. The connection may carry other
// streams too.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/protocol.h"
#include "result_repeater.h"
#include "rung_selector.h"
#include "viewer.h"
#include "viewer_pipeline.h"
#include "webrtc_connection.h"

class WebrtcViewer : public Viewer, public WebrtcConnection::Part {
 public:
  // `name`: of the stream, where the connection carries several; else "".
  WebrtcViewer(const Output& output, std::string name, Events events, std::shared_ptr<WebrtcConnection> connection);
  ~WebrtcViewer() override;
  void end() override;

  // For all that the connection carries.
  void handle(std::string_view text) override { connection_->handle(text); }
  void check_deadline() override { connection_->check_deadline(); }
  void send_stream_info() override;
  void send_result(const std::string& encoded) override;
  void send_model_state(const protocol::ModelState& state) override;
  void send_property(const protocol::Property& property) override;
  void send_window() override;

  const std::string& name() const override { return name_; }
  const Output& output() const override { return output_; }
  bool stamped() const override { return events_.stream_info().stamp.has_value(); }
  const std::vector<ViewerStream>& streams() const override { return streams_; }
  void build(ViewerPipeline& pipeline, std::optional<double> downlink) override;
  void answered() override;
  void start_media(bool measured) override;
  void results_opened() override { send_stream_info(); }
  void control_opened() override;
  void handle_control(const protocol::Control& message) override;

 private:
  bool send_on_results(const std::string& json, bool always = false);
  bool send_on_control(const std::string& json, bool always = false);
  // As it is sent: with the stream's name, where the connection carries several.
  std::string named(const std::string& json) const;
  void send_pong(const protocol::Ping& ping);
  void link_changed();
  void send_link();

  const Output& output_;
  const std::string name_;
  const Events events_;
  const std::shared_ptr<WebrtcConnection> connection_;
  ResultRepeater repeater_;
  std::vector<ViewerStream> streams_;
  std::unique_ptr<RungSelector> selector_;  // of video; otherwise null
  std::optional<protocol::StreamInfo> sent_info_;
  bool ended_ = false;
};
