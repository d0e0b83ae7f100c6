// SPDX-License-Identifier: LGPL-2.1-or-later
// What a viewer sends through the WebSocket that brings its frames, one message a line. Ten messages leave for it
// before each of its own.
#include <algorithm>
#include <cmath>

#include "base/protocol.h"
#include "link/ack_log.h"
#include "sane_decision.h"
#include "sent_error.h"

namespace {

class Viewer {
 public:
  Viewer() { control_.rungs({{1e6, 30}, {2e5, 30}, {3e4, 10}}); }

  void send_some() {
    for (int i = 0; i < 10; ++i) {
      const bool measured = ++sent_ % 4 != 0;
      log_.sent(now_ += 10'000, 1000, measured);
      if (measured) control_.sent(now_, 1000, false);
    }
  }
  void handle(std::string_view text) {
    const auto message = protocol::parse_socket(text);
    if (const auto* error = std::get_if<protocol::Error>(&message)) must_be_sendable(*error);
    if (const auto* ping = std::get_if<protocol::Ping>(&message)) must(std::isfinite(ping->t), "a time is finite");
    if (const auto* video = std::get_if<protocol::VideoRequest>(&message)) request(*video);
    if (const auto* ack = std::get_if<protocol::Ack>(&message)) acknowledge(*ack);
    const auto decision = control_.decide(now_);
    must_be_sane(decision);
    control_.switched(now_, decision.rung);
  }

 private:
  void request(const protocol::VideoRequest& video) {
    must(!video.max_bitrate || (*video.max_bitrate >= 1 && *video.max_bitrate <= 1e12), "a bit rate is in range");
    control_.limit(video.max_bitrate);
    if (video.wanted) control_.resumed(now_);
  }
  void acknowledge(const protocol::Ack& ack) {
    const auto reports = log_.acknowledged(ack.number, static_cast<std::int64_t>(ack.at * 1000), now_);
    must(reports.has_value() == (ack.number <= sent_), "what left can be acknowledged, and nothing else");
    if (!reports) return;
    for (const auto& report : *reports) {
      must(report.seq > reported_ && report.seq <= ack.number, "each message is reported once, in order");
      must(report.seq % 4 != 0, "only what is measured is reported");
      must(report.sent == report.seq * 10'000, "a message left when it left");
      reported_ = report.seq;
    }
    acknowledged_ = std::max<std::int64_t>(acknowledged_, ack.number);
    must(log_.under_way() == static_cast<std::size_t>(sent_ - acknowledged_), "the rest is under way");
    control_.reported(now_, *reports);
  }

  AckLog log_;
  LinkControl control_;
  std::int64_t now_ = 0;
  std::int64_t sent_ = 0;
  std::int64_t acknowledged_ = 0;
  std::int64_t reported_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
  Viewer viewer;
  std::string_view rest(data, size);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    viewer.send_some();
    viewer.handle(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return 0;
}
