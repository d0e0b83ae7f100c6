// SPDX-License-Identifier: LGPL-2.1-or-later
// One viewer from its offer to its end. Knows no HTTP. Lives on the main thread; webrtcbin's callbacks only post to it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "answer_check.h"
#include "base/main_thread.h"
#include "base/protocol.h"
#include "result_repeater.h"
#include "rung_selector.h"
#include "viewer_pipeline.h"

class Viewer : public std::enable_shared_from_this<Viewer> {
 public:
  struct Events {
    std::function<void(const protocol::ServerSignal&)> send;
    std::function<void(const protocol::Error&)> failed;  // once; the owner then calls end()
    std::function<double()> now;                         // unix ms: epoch + running time
    std::function<protocol::StreamInfo()> stream_info;   // all but the RTP offset
    std::function<std::vector<protocol::ModelState>()> model_states;
  };

  Viewer(Producer& producer, Reaper& reaper, unsigned number, Events events);
  ~Viewer();
  // `addresses`: the only ones for media; none means all. `downlink`: what the viewer believes that its network
  // carries, in bit/s.
  void start(const std::vector<std::string>& addresses, std::optional<double> downlink);
  void end();

  void handle(const protocol::Signal& signal);
  void send_stream_info();  // if it has changed
  // `encoded` is made once for all viewers. The result is lost if the channel is not open or the viewer does not read.
  void send_result(const std::string& encoded);
  void send_model_state(const protocol::ModelState& state);
  void check_deadline();  // to be called about once a second
  bool connected() const { return state_ == State::kConnected; }

 private:
  enum class State { kNew, kOffering, kOffered, kAnswered, kConnected, kEnded };

  void build(const std::vector<std::string>& addresses, std::optional<double> downlink);
  void watch_webrtcbin();
  void connect(gpointer object, const char* signal, GCallback callback);
  void fail(const char* code, const std::string& message);

  void make_offer_when_ready();
  void send_offer(const GstPromise* promise);
  void handle_answer(const protocol::Answer& answer);
  void handle_candidate(const protocol::Candidate& candidate);
  void answer_applied(const GstPromise* promise);
  void connection_changed();
  void start_media();
  bool peer_has_fingerprint() const;
  void handle_control(const std::string& text);
  bool results_open() const;
  bool send_on_results(const std::string& json);
  void link_changed();
  void send_link();

  Producer& producer_;
  Reaper& reaper_;
  const unsigned number_;
  const Events events_;
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
