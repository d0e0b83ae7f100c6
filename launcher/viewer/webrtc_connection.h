// SPDX-License-Identifier: LGPL-2.1-or-later
// One webrtcbin and who is at its other end, from the offer to the end: it carries one stream, or several of them.
// webrtcbin's callbacks only post to the main thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer_check.h"
#include "base/main_thread.h"
#include "base/protocol.h"
#include "viewer_pipeline.h"

class WebrtcConnection : public std::enable_shared_from_this<WebrtcConnection> {
 public:
  // What is at the other end: a page of ours, or an endpoint of an SFU, which takes sound and video and nothing else:
  // it has no channels, and sends no heartbeat.
  enum class Kind { kPage, kEndpoint };

  // One viewer of one stream, with all that is that stream's own.
  class Part {
   public:
    Part() = default;
    virtual ~Part() = default;
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    virtual const std::string& name() const = 0;  // of the stream, where there are several; else ""
    virtual const Output& output() const = 0;
    virtual bool stamped() const = 0;
    virtual const std::vector<ViewerStream>& streams() const = 0;
    // Throws std::runtime_error.
    virtual void build(ViewerPipeline& pipeline, std::optional<double> downlink) = 0;
    virtual void answered() = 0;
    virtual void start_media(bool measured) = 0;
    virtual void results_opened() = 0;
    virtual void control_opened() = 0;
    virtual void handle_control(const protocol::Control& message) = 0;
  };

  struct Events {
    std::function<void(const protocol::ServerSignal&)> signal;
    std::function<void(const protocol::Error&)> failed;  // once; the owner then ends it
    std::function<void()> stays;                         // once it gets what it is sent
    std::function<void()> wants_socket;                  // null: there is no such way for it; the owner then ends it
    std::function<void()> emptied{};                     // it has ended with the last of what it carried
  };

  WebrtcConnection(Reaper& reaper, unsigned number, Events events, Kind kind = Kind::kPage);
  ~WebrtcConnection();
  WebrtcConnection(const WebrtcConnection&) = delete;
  WebrtcConnection& operator=(const WebrtcConnection&) = delete;

  // What it carries, before it starts. With the last one that is removed it ends.
  void add(Part& part) { parts_.push_back(&part); }
  void remove(Part& part);
  // `ice` must live as long as this. `downlink`: what the viewer believes that its network carries, in bit/s.
  void start(const Ice& ice, std::optional<double> downlink);

  // What came from there by way of the server.
  void handle(std::string_view text);
  void take_answer(const protocol::Answer& answer);
  // A TURN server that was heard of after the offer: its candidates are sent as the others.
  void add_relay(const IceServer& server);
  void check_deadline();
  void fail(const std::string& code, const std::string& message);

  unsigned number() const { return number_; }
  bool connected() const { return state_ == State::kConnected; }
  // Texts on the data channels. Without `always` one is left out for who does not read. Whether it was sent.
  bool results_open() const;
  bool send_result(const std::string& json, bool always = false);
  bool send_control(const std::string& json, bool always = false);

 private:
  enum class State { kNew, kOffering, kOffered, kAnswered, kConnected, kEnded };

  void build(std::optional<double> downlink);
  void open_channels();
  void send_candidate(const std::string& text, unsigned mline) const;
  void gathering_changed() const;
  void watch_webrtcbin();
  void connect(gpointer object, const char* signal, GCallback callback);
  void make_offer_when_ready();
  void send_offer(const GstPromise* promise);
  std::vector<protocol::OfferedStream> offered_streams() const;
  void handle_candidate(const protocol::Candidate& candidate);
  void answer_applied(const GstPromise* promise);
  void connection_changed();
  void start_media();
  void check_endpoint();
  bool peer_has_fingerprint() const;
  void handle_control(const std::string& text);
  void end();

  Reaper& reaper_;
  const unsigned number_;
  const Kind kind_;
  const Events events_;
  const Ice* ice_ = nullptr;
  stun::Login login_;  // of TURN servers
  State state_ = State::kNew;
  gint64 deadline_ = 0;
  std::vector<Part*> parts_;
  std::vector<std::string> names_;  // of all that it started with
  ViewerPipeline pipeline_;
  GObjectPtr<GstWebRTCRTPTransceiver> transceiver_;  // any of them: they share a transport
  PromisePtr asked_;                                 // the last request to webrtcbin, which handles one after the other
  std::vector<std::pair<GObjectPtr<GObject>, gulong>> handlers_;
  std::vector<MediaSection> offered_media_;
  std::string fingerprint_;
  bool measured_ = false;  // the viewer tells which packets arrive
  unsigned candidates_ = 0;
  bool channel_open_ = false;
  Timer grace_;  // for the channel to open
};
