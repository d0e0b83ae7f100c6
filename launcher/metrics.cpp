// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metrics.h"

#include <glib.h>

#include <array>
#include <utility>
#include <vector>

#include "media/producer.h"

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
  void one(const char* name, const char* type, const char* help, double value) {
    begin(name, type, help);
    add({}, value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

// One figure of each encoding of each stream.
template <typename Of>
void of_encodings(Page& page, const char* name, const char* help, const Producer& producer, Of of) {
  page.begin(name, "counter", help);
  for (std::size_t i = 0; i < producer.streams().size(); ++i) {
    const auto& rungs = producer.streams()[i]->rungs();
    for (std::size_t k = 0; k < rungs.size(); ++k)
      page.add({{"stream", std::to_string(i + 1)}, {"rung", std::to_string(k + 1)}},
               static_cast<std::uint64_t>(of(*rungs[k]->fan_out())));
  }
}

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

std::string Metrics::text(const Now& now, const Producer& producer) const {
  Page page;
  page.begin("build_info", "gauge", "1; the version is a label.");
  page.add({{"version", CV_LAUNCH_VERSION}}, 1.0);
  page.one("source_up", "gauge", "Whether frames come from the source.",
           now.running && !producer.trouble() ? 1.0 : 0.0);
  page.one("source_losses_total", "counter", "How often the source was lost and opened again.",
           static_cast<double>(source_losses_));
  page.one("viewers", "gauge", "Viewers who get their video.", static_cast<double>(now.viewers));
  page.one("viewers_waiting", "gauge", "Viewers who do not get their video yet.", static_cast<double>(now.waiting));
  page.one("publishing", "gauge", "Whether a WHIP endpoint gets the video.", now.publishing ? 1.0 : 0.0);
  page.begin("joins_total", "counter", "Viewers who have begun to get their video, by the way that it takes.");
  constexpr std::array kWays{"webrtc", "websocket", "results"};
  for (std::size_t i = 0; i < kWays.size(); ++i) page.add({{"transport", kWays.at(i)}}, joins_.at(i));
  page.begin("refusals_total", "counter", "Connections that were refused or ended, by the code of PROTOCOL.md.");
  for (const auto& [code, count] : refusals_) page.add({{"code", code}}, count);
  page.one("frames_captured_total", "counter", "Frames of the source.", static_cast<double>(producer.frames()));
  of_encodings(page, "frames_encoded_total", "Frames of an encoding; it sleeps while nobody wants it.", producer,
               [](const FanOut& of) { return of.frames(); });
  of_encodings(page, "key_frames_total", "Key frames of an encoding.", producer,
               [](const FanOut& of) { return of.key_frames(); });
  of_encodings(page, "encoded_bytes_total", "Bytes of an encoding, without what packets add.", producer,
               [](const FanOut& of) { return of.bytes(); });
  of_encodings(page, "frames_sent_total", "Frames that viewers were sent, each viewer's counted.", producer,
               [](const FanOut& of) { return of.sent(); });
  of_encodings(page, "frames_dropped_total",
               "Frames that a viewer was not sent, because it is behind or needs a key "
               "frame first, each viewer's counted.",
               producer, [](const FanOut& of) { return of.dropped(); });
  page.begin("results_total", "counter", "Inferences of a model.");
  for (const auto& [model, time] : models_) page.add({{"model", model}}, time.results);
  page.begin("model_failures_total", "counter", "How often a model's program has failed.");
  for (const auto& [model, count] : model_failures_) page.add({{"model", model}}, count);
  page.begin("model_seconds", "histogram", "Time that a model takes for a frame.");
  for (const auto& [model, time] : models_) {
    for (std::size_t i = 0; i < kBounds.size(); ++i)
      page.add({{"model", model}, {"le", number(kBounds[i])}}, static_cast<double>(time.up_to[i]), "_bucket");
    page.add({{"model", model}, {"le", "+Inf"}}, static_cast<double>(time.count), "_bucket");
    page.add({{"model", model}}, time.seconds, "_sum");
    page.add({{"model", model}}, static_cast<double>(time.count), "_count");
  }
  return page.take();
}
