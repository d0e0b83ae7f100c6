// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps the stream at a WHIP endpoint (RFC 9725): one session after the other, till it is ended. Main thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/main_thread.h"
#include "base/protocol.h"
#include "media/output.h"
#include "media/reaper.h"
#include "viewer/ice_servers.h"
#include "viewer/webrtc_viewer.h"
#include "whip/whip_sdp.h"
#include "whip/whip_session.h"

struct PublishOptions {
  std::string output{};  // which one of several that the pipeline shows; "": the only one
  std::string url{};
  std::string token_file{};
  bool operator==(const PublishOptions&) const = default;
};

class Publisher {
 public:
  struct Events {
    std::function<unsigned()> next_number;  // of viewers, of whom it is one
    std::function<protocol::StreamInfo()> stream_info;
    std::function<void(const std::string&)> connected;  // in words
    std::function<void(const std::string&)> lost;
  };

  // Reads the token once, so that a wrong file is known at the start. `ice`: of the viewers. Throws UserError.
  Publisher(const PublishOptions& options, const Output& output, Reaper& reaper, const Ice& ice, Events events);

  void start();
  void check_deadline();  // to be called about once a second
  bool connected() const { return connected_; }
  void end();
  bool ended() const { return leaving_ == 0; }  // the endpoint knows

 private:
  void begin();
  void signal(const protocol::ServerSignal& message);
  void post();
  void answered(const WhipSession::Answer& answer);
  void add_server(const IceLink& link);
  void trickle();
  void stays();
  void leave();
  void retry(const std::string& message, std::chrono::seconds retry_after = {});

  const PublishOptions options_;
  const std::string name_;  // as it may be shown
  const Output& output_;
  Reaper& reaper_;
  Ice ice_;
  const Events events_;
  std::shared_ptr<WebrtcConnection> connection_;
  std::shared_ptr<WebrtcViewer> viewer_;  // by it
  std::shared_ptr<WhipSession> session_;
  std::string offer_;
  Gathered gathered_;  // and not sent yet
  bool posted_ = false;
  bool answered_ = false;
  bool connected_ = false;
  bool over_ = false;
  unsigned failures_ = 0;
  unsigned leaving_ = 0;  // sessions whose end the endpoint is told
  gint64 connected_at_ = 0;
  Timer gathering_;
  Timer trickling_;
  Timer retrying_;
};
