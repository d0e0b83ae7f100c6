// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metrics.h"

#include <glib.h>

#include <array>
#include <utility>
#include <vector>

#include "media/output.h"

namespace {

std::string number(double value) {
  std::array<char, G_ASCII_DTOSTR_BUF_SIZE> text{};
  return g_ascii_formatd(text.data(), text.size(), "%.15g", value);  // 0.05, and counts up to 10^15 as they are
}

// Text of a pipeline file, or of a program beside it.
std::string quoted(const std::string& text) {
  std::string done = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') done += '\\';
    done += c == '\n' ? "\\n" : std::string(1, c);
  }
  return done + "\"";
}

class Page {
 public:
  using Labels = std::vector<std::pair<const char*, std::string>>;

  // What follows belongs to this name.
  void begin(const char* name, const char* type, const char* help) {
    name_ = std::string("cv_launch_") + name;
    text_ += "# HELP " + name_ + " " + help + "\n# TYPE " + name_ + " " + type + "\n";
  }
  void add(const Labels& labels, double value, const char* suffix = "") {
    text_ += name_ + suffix;
    for (std::size_t i = 0; i < labels.size(); ++i)
      text_ += (i == 0 ? "{" : ",") + std::string(labels[i].first) + "=" + quoted(labels[i].second);
    text_ += (labels.empty() ? " " : "} ") + number(value) + "\n";
  }
  void add(const Labels& labels, std::uint64_t value) { add(labels, static_cast<double>(value)); }
  std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

// All that is told, of each stream.
class Told {
 public:
  explicit Told(const std::vector<StreamFigures>& streams) : streams_(streams) {}

  static Page::Labels labels(const StreamFigures& stream, Page::Labels more = {}) {
    if (!stream.name.empty()) more.insert(more.begin(), {"pipeline", stream.name});
    return more;
  }

  template <typename Of>
  void each(const char* name, const char* type, const char* help, Of of) {
    page.begin(name, type, help);
    for (const auto& stream : streams_) page.add(labels(stream), static_cast<double>(of(stream)));
  }

  // One figure of each of several, by a label.
  template <typename Of, typename Count>
  void counts(const char* name, const char* help, const char* label, Of of, Count count) {
    page.begin(name, "counter", help);
    for (const auto& stream : streams_)
      for (const auto& [what, one] : of(stream)) page.add(labels(stream, {{label, what}}), count(one));
  }

  // One figure of each encoding of each of its media.
  template <typename Of>
  void encodings(const char* name, const char* help, Of of) {
    page.begin(name, "counter", help);
    for (const auto& stream : streams_)
      for (std::size_t i = 0; i < stream.output.streams().size(); ++i) {
        const auto& rungs = stream.output.streams()[i]->rungs();
        for (std::size_t k = 0; k < rungs.size(); ++k)
          page.add(labels(stream, {{"stream", std::to_string(i + 1)}, {"rung", std::to_string(k + 1)}}),
                   static_cast<std::uint64_t>(of(*rungs[k]->fan_out())));
      }
  }

  void model_times() {
    page.begin("model_seconds", "histogram", "Time that a model takes for a frame.");
    for (const auto& stream : streams_)
      for (const auto& [model, time] : stream.metrics.models()) {
        const auto of = [&stream, &model = model](Page::Labels more) {
          more.insert(more.begin(), {"model", model});
          return labels(stream, std::move(more));
        };
        for (std::size_t i = 0; i < Metrics::kBounds.size(); ++i)
          page.add(of({{"le", number(Metrics::kBounds[i])}}), static_cast<double>(time.up_to[i]), "_bucket");
        page.add(of({{"le", "+Inf"}}), static_cast<double>(time.count), "_bucket");
        page.add(of({}), time.seconds, "_sum");
        page.add(of({}), static_cast<double>(time.count), "_count");
      }
  }

  Page page;

 private:
  const std::vector<StreamFigures>& streams_;
};

}  // namespace

void Metrics::add_result(const std::string& model, std::optional<double> ms) {
  auto& time = models_[model];
  ++time.results;
  if (!ms) return;
  const double seconds = *ms / 1000;
  for (std::size_t i = 0; i < kBounds.size(); ++i)
    if (seconds <= kBounds[i]) ++time.up_to[i];
  ++time.count;
  time.seconds += seconds;
}

std::string metrics_text(const std::vector<StreamFigures>& streams, const Metrics& server) {
  Told told(streams);
  Page& page = told.page;
  page.begin("build_info", "gauge", "1; the version is a label.");
  page.add({{"version", CV_LAUNCH_VERSION}}, 1.0);
  told.each("source_up", "gauge", "Whether frames come from the source.",
            [](const auto& stream) { return stream.running && !stream.asleep && !stream.lost ? 1 : 0; });
  told.each("asleep", "gauge", "Whether the source is stopped because nobody watches.",
            [](const auto& stream) { return stream.asleep ? 1 : 0; });
  told.each("source_losses_total", "counter", "How often the source was lost and opened again.",
            [](const auto& stream) { return stream.metrics.source_losses(); });
  told.each("viewers", "gauge", "Viewers who get their video.", [](const auto& stream) { return stream.viewers; });
  told.each("viewers_waiting", "gauge", "Viewers who do not get their video yet.",
            [](const auto& stream) { return stream.waiting; });
  told.each("publishing", "gauge", "Whether a WHIP endpoint gets the video.",
            [](const auto& stream) { return stream.publishing ? 1 : 0; });
  page.begin("joins_total", "counter", "Viewers who have begun to get their video, by the way that it takes.");
  constexpr std::array kWays{"webrtc", "websocket", "results"};
  for (const auto& stream : streams)
    for (std::size_t i = 0; i < kWays.size(); ++i)
      page.add(Told::labels(stream, {{"transport", kWays.at(i)}}), stream.metrics.joins().at(i));
  page.begin("refusals_total", "counter", "Connections that were refused or ended, by the code of PROTOCOL.md.");
  auto others = server.refusals();
  for (const auto& stream : streams)
    for (auto [code, count] : stream.metrics.refusals()) {
      // with one that has no name they have the same labels
      if (stream.name.empty()) count += std::exchange(others[code], 0);
      page.add(Told::labels(stream, {{"code", code}}), count);
    }
  for (const auto& [code, count] : others)
    if (count > 0) page.add({{"code", code}}, count);
  told.each("frames_captured_total", "counter", "Frames of the source.",
            [](const auto& stream) { return stream.output.frames(); });
  told.encodings("frames_encoded_total", "Frames of an encoding; it sleeps while nobody wants it.",
                 [](const FanOut& of) { return of.frames(); });
  told.encodings("key_frames_total", "Key frames of an encoding.", [](const FanOut& of) { return of.key_frames(); });
  told.encodings("encoded_bytes_total", "Bytes of an encoding, without what packets add.",
                 [](const FanOut& of) { return of.bytes(); });
  told.encodings("frames_sent_total", "Frames that viewers were sent, each viewer's counted.",
                 [](const FanOut& of) { return of.sent(); });
  told.encodings("frames_dropped_total",
                 "Frames that a viewer was not sent, because it is behind or needs a key "
                 "frame first, each viewer's counted.",
                 [](const FanOut& of) { return of.dropped(); });
  const auto models = [](const auto& stream) -> const auto& {
    return stream.metrics.models();
  };
  told.counts("results_total", "Inferences of a model.", "model", models,
              [](const auto& time) { return time.results; });
  told.counts(
      "model_failures_total", "How often a model's program has failed.", "model",
      [](const auto& stream) -> const auto& { return stream.metrics.model_failures(); },
      [](std::uint64_t count) { return count; });
  told.model_times();
  return page.take();
}
