// SPDX-License-Identifier: LGPL-2.1-or-later
// One viewer of the streams, on whichever way they reach it. Knows no HTTP. Lives on the main thread.
#pragma once

#include <glib.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/protocol.h"

class Viewer {
 public:
  struct Events {
    std::function<void(const std::string& json)> send;   // on the viewer's WebSocket
    std::function<void(GBytes*)> send_bytes;             // the same
    std::function<void(const protocol::Error&)> failed;  // once; the owner then calls end()
    std::function<void()> stays;                         // once it gets what it is sent
    std::function<double()> now;                         // unix ms: epoch + running time
    std::function<protocol::StreamInfo()> stream_info;   // all but the RTP offset
    std::function<std::vector<protocol::ModelState>()> model_states;
    std::function<std::vector<protocol::Property>()> properties;
    // Sets one for all viewers, or says why not.
    std::function<std::optional<protocol::Error>(const protocol::SetRequest&)> set_property;
    // What it watches is a window of a program: how that is now. Nothing: it is none.
    std::function<std::optional<protocol::Window>()> window = [] { return std::optional<protocol::Window>(); };
    // Does that in the window, or says why not.
    std::function<std::optional<protocol::Error>(const protocol::Input&)> input;
    bool may_control = false;  // whether this viewer may do what all see
  };

  Viewer() = default;
  virtual ~Viewer() = default;
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  // It needs results though it gets no pictures here.
  virtual bool needs_results() const { return false; }
  virtual void end() = 0;
  // What came on the viewer's WebSocket.
  virtual void handle(std::string_view text) = 0;
  virtual void send_stream_info() = 0;  // if it has changed
  // `encoded` is made once for all viewers. The result is lost if there is no way yet or the viewer does not read.
  virtual void send_result(const std::string& encoded) = 0;
  virtual void send_model_state(const protocol::ModelState& state) = 0;
  virtual void send_property(const protocol::Property& property) = 0;
  virtual void send_window() = 0;
  virtual void check_deadline() = 0;  // to be called about once a second
};
