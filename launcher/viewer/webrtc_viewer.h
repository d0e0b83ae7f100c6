// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer by WebRTC, from its offer to its end. webrtcbin's callbacks only post to the main thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer_check.h"
#include "base/main_thread.h"
#include "base/protocol.h"
#include "result_repeater.h"
#include "rung_selector.h"
#include "viewer.h"
#include "viewer_pipeline.h"

class WebrtcViewer : public Viewer, public std::enable_shared_from_this<WebrtcViewer> {
 public:
  // What is at the other end: a page of ours, or an endpoint of an SFU, which takes sound and video and nothing else:
  // it has no channels, and sends no heartbeat.
  enum class Kind { kPage, kEndpoint };

  WebrtcViewer(const Output& output, Reaper& reaper, unsigned number, Events events, Kind kind = Kind::kPage);
  ~WebrtcViewer() override;
  // `ice` must live as long as this. `downlink`: what the viewer believes that its network carries, in bit/s.
  void start(const Ice& ice, std::optional<double> downlink);
  void end() override;

  void handle(std::string_view text) override;
  void take_answer(const protocol::Answer& answer);
  // A TURN server that was heard of after the offer: its candidates are sent as the others.
  void add_relay(const IceServer& server);
  void send_stream_info() override;
  void send_result(const std::string& encoded) override;
  void send_model_state(const protocol::ModelState& state) override;
  void send_property(const protocol::Property& property) override;
  void check_deadline() override;

 private:
  enum class State { kNew, kOffering, kOffered, kAnswered, kConnected, kEnded };

  void build(std::optional<double> downlink);
  void open_channels();
  void send_candidate(const std::string& text, unsigned mline) const;
  void gathering_changed() const;
  void watch_webrtcbin();
  void connect(gpointer object, const char* signal, GCallback callback);
  void fail(const char* code, const std::string& message);

  void send(const protocol::ServerSignal& message) const;
  void make_offer_when_ready();
  void send_offer(const GstPromise* promise);
  void handle_candidate(const protocol::Candidate& candidate);
  void answer_applied(const GstPromise* promise);
  void connection_changed();
  void start_media();
  void check_endpoint();
  bool peer_has_fingerprint() const;
  void handle_control(const std::string& text);
  bool results_open() const;
  bool send_on_results(const std::string& json);
  void link_changed();
  void send_link();

  const Output& output_;
  Reaper& reaper_;
  const unsigned number_;
  const Kind kind_;
  const Events events_;
  const Ice* ice_ = nullptr;
  stun::Login login_;  // of TURN servers
  ResultRepeater repeater_;
  State state_ = State::kNew;
  gint64 deadline_ = 0;
  ViewerPipeline pipeline_;
  std::unique_ptr<RungSelector> selector_;  // of video; otherwise null
  PromisePtr asked_;                        // the last request to webrtcbin, which handles one after the other
  std::vector<std::pair<GObjectPtr<GObject>, gulong>> handlers_;
  std::vector<MediaSection> offered_media_;
  std::string fingerprint_;
  bool measured_ = false;  // the viewer tells which packets arrive
  unsigned candidates_ = 0;
  bool channel_open_ = false;
  Timer grace_;  // for the channel to open
  std::optional<protocol::StreamInfo> sent_info_;
};
