// SPDX-License-Identifier: LGPL-2.1-or-later
// What is counted of a stream, and what Prometheus is told of it, in its text format 0.0.4; names by
// https://prometheus.io/docs/practices/naming/. All counters begin at 0 with the process. Main thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

class Output;

// What a viewer gets, and by which way: all by WebRTC, all by its WebSocket, or nothing but results by that.
enum class Way { kWebrtc, kSocket, kResults };

class Metrics {
 public:
  void add_join(Way way) { ++joins_[static_cast<std::size_t>(way)]; }
  // Why a viewer was refused, or its connection ended: a code of PROTOCOL.md.
  void add_refusal(const std::string& code) { ++refusals_[code]; }
  void add_source_loss() { ++source_losses_; }
  void add_model_failure(const std::string& model) { ++model_failures_[model]; }
  void add_result(const std::string& model, std::optional<double> ms);

  // Upper bounds in seconds: a frame at 500 a second, and more than anybody waits for.
  static constexpr std::array<double, 12> kBounds{0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};
  struct ModelTime {
    std::array<std::uint64_t, kBounds.size()> up_to{};
    std::uint64_t count = 0;
    double seconds = 0;
    std::uint64_t results = 0;
  };

  const std::array<std::uint64_t, 3>& joins() const { return joins_; }  // by their way
  const std::map<std::string, std::uint64_t>& refusals() const { return refusals_; }
  std::uint64_t source_losses() const { return source_losses_; }
  const std::map<std::string, std::uint64_t>& model_failures() const { return model_failures_; }
  const std::map<std::string, ModelTime>& models() const { return models_; }

 private:
  std::array<std::uint64_t, 3> joins_{};
  std::uint64_t source_losses_ = 0;
  std::map<std::string, std::uint64_t> refusals_;
  std::map<std::string, std::uint64_t> model_failures_;
  std::map<std::string, ModelTime> models_;
};

// One stream, as it is now.
struct StreamFigures {
  std::string name;  // label "pipeline" of all that is its own; "": it has no such label
  const Metrics& metrics;
  const Output& output;
  bool running = false;  // the first frame has come
  bool lost = false;     // the source
  std::size_t viewers = 0;
  std::size_t waiting = 0;  // connections that do not get their video yet
  bool asleep = false;      // the source is stopped, because nobody watches
  bool publishing = false;  // a WHIP endpoint gets it
};

// `server`: what happened before it was known for which stream it was.
std::string metrics_text(const std::vector<StreamFigures>& streams, const Metrics& server);
