// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch_errors.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace {

struct Package {
  std::string_view element;  // a name; with '*' at its end, the start of a name
  std::string_view package;
};

// Packages of Debian 12, for the elements that pipelines for cv-launch are likely to name.
constexpr auto kPackages = std::to_array<Package>({
    {"ballsrc", "this project: run it through ./demo, or set GST_PLUGIN_PATH to <build>/plugins"},
    {"circledetect", "this project: run it through ./demo, or set GST_PLUGIN_PATH to <build>/plugins"},
    {"modelproc", "this project: run it through ./demo, or set GST_PLUGIN_PATH to <build>/plugins"},
    {"overlaydraw", "this project: run it through ./demo, or set GST_PLUGIN_PATH to <build>/plugins"},
    {"framelimit", "this project: run it through ./demo, or set GST_PLUGIN_PATH to <build>/plugins"},
    {"framestamp", "this project: run it through ./demo, or set GST_PLUGIN_PATH to <build>/plugins"},
    {"webrtcbin", "gstreamer1.0-plugins-bad"},
    {"nicesink", "gstreamer1.0-nice"},
    {"nicesrc", "gstreamer1.0-nice"},
    {"dtlssrtp*", "gstreamer1.0-plugins-bad"},
    {"srtpenc", "gstreamer1.0-plugins-bad"},
    {"sctpenc", "gstreamer1.0-plugins-bad"},
    {"vp8enc", "gstreamer1.0-plugins-good"},
    {"vp9enc", "gstreamer1.0-plugins-good"},
    {"rtp*", "gstreamer1.0-plugins-good"},
    {"rtspsrc", "gstreamer1.0-plugins-good"},
    {"v4l2*", "gstreamer1.0-plugins-good"},
    {"videoflip", "gstreamer1.0-plugins-good"},
    {"videocrop", "gstreamer1.0-plugins-good"},
    {"watchdog", "gstreamer1.0-plugins-bad"},
    {"qtdemux", "gstreamer1.0-plugins-good"},
    {"matroskademux", "gstreamer1.0-plugins-good"},
    {"avidemux", "gstreamer1.0-plugins-good"},
    {"multifilesrc", "gstreamer1.0-plugins-good"},
    {"multipartdemux", "gstreamer1.0-plugins-good"},
    {"souphttpsrc", "gstreamer1.0-plugins-good"},
    {"jpegdec", "gstreamer1.0-plugins-good"},
    {"x264enc", "gstreamer1.0-plugins-ugly"},
    {"openh264*", "gstreamer1.0-plugins-bad"},
    {"h264parse", "gstreamer1.0-plugins-bad"},
    {"h265parse", "gstreamer1.0-plugins-bad"},
    {"x265enc", "gstreamer1.0-plugins-bad"},
    {"av1enc", "gstreamer1.0-plugins-bad"},
    {"svtav1enc", "gstreamer1.0-plugins-bad"},
    {"shmsrc", "gstreamer1.0-plugins-bad"},
    {"curlhttpsrc", "gstreamer1.0-plugins-bad"},
    {"srtsrc", "gstreamer1.0-plugins-bad"},
    {"va*", "gstreamer1.0-plugins-bad"},
    {"nv*", "gstreamer1.0-plugins-bad"},
    {"vaapi*", "gstreamer1.0-vaapi"},
    {"av*", "gstreamer1.0-libav"},
    {"libcamerasrc", "gstreamer1.0-libcamera"},
    {"pipewire*", "gstreamer1.0-pipewire"},
    {"rtspclientsink", "gstreamer1.0-rtsp"},
    {"gl*", "gstreamer1.0-gl"},
    {"ximagesink", "gstreamer1.0-x"},
    {"xvimagesink", "gstreamer1.0-x"},
    {"textoverlay", "gstreamer1.0-x"},
    {"timeoverlay", "gstreamer1.0-x"},
    {"clockoverlay", "gstreamer1.0-x"},
    {"gtksink", "gstreamer1.0-gtk3"},
    {"alsa*", "gstreamer1.0-alsa"},
    {"pulse*", "gstreamer1.0-pulseaudio"},
    {"opencv*", "gstreamer1.0-opencv"},
    {"facedetect", "gstreamer1.0-opencv"},
    {"decodebin*", "gstreamer1.0-plugins-base"},
    {"uridecodebin*", "gstreamer1.0-plugins-base"},
    {"video*", "gstreamer1.0-plugins-base"},
    {"audio*", "gstreamer1.0-plugins-base"},
    {"opusenc", "gstreamer1.0-plugins-base"},
    {"app*", "gstreamer1.0-plugins-base"},
    {"compositor", "gstreamer1.0-plugins-base"},
});

GstPtr<GstElement> parse(const std::string& text, GError** error) {
  GstElement* parsed = gst_parse_launch_full(text.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, error);
  return gst_adopt(parsed);
}

// GStreamer does not say where a syntax error is. So this looks for the longest beginning of the text that parses: the
// error comes right after it.
const PipeToken& first_bad_token(const PipeText& pipe) {
  std::string start;
  std::size_t good = 0;
  for (std::size_t i = 0; i < pipe.tokens.size(); ++i) {
    start += (i ? " " : "") + pipe.tokens[i].text;
    g_autoptr(GError) error = nullptr;
    if (parse(start, &error)) good = i + 1;
  }
  // in "a ! b" the beginning "a !" does not parse, though nothing is wrong with it
  if (good + 1 < pipe.tokens.size() && pipe.tokens[good].text == "!") ++good;
  return pipe.tokens[std::min(good, pipe.tokens.size() - 1)];
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
}

const PipeToken* find_token(const PipeText& pipe, const std::string& word) {
  for (const auto& token : pipe.tokens) {
    for (auto i = token.text.find(word); i != std::string::npos; i = token.text.find(word, i + 1)) {
      const auto end = i + word.size();
      if ((i == 0 || !is_word(token.text[i - 1])) && (end == token.text.size() || !is_word(token.text[end])))
        return &token;
    }
  }
  return nullptr;
}

// The token that a message of the parser is about. A message quotes it ('no property "x" in element "y"') or names an
// element ("vp8enc0").
const PipeToken* token_of(const PipeText& pipe, const std::string& message) {
  for (auto from = message.find('"'); from != std::string::npos; from = message.find('"', from)) {
    const auto to = message.find('"', from + 1);
    if (to == std::string::npos) break;
    if (const auto* token = find_token(pipe, message.substr(from + 1, to - from - 1))) return token;
    from = to + 1;
  }
  std::string word;
  for (const char c : message + " ") {
    if (is_word(c)) {
      word += c;
      continue;
    }
    const auto bare = word.find_last_not_of("0123456789");
    if (bare != std::string::npos && bare + 1 < word.size())
      if (const auto* token = find_token(pipe, word.substr(0, bare + 1))) return token;
    word.clear();
  }
  return nullptr;
}

// '; the variable "model" is "nosuch"', where a variable is in the token
std::string variables_in(const PipeToken& token) {
  return token.insertions.empty() ? "" : "; " + named(token.insertions);
}

std::string hint(const GError* error, const PipeToken* token) {
  if (error->code != GST_PARSE_ERROR_NO_SUCH_ELEMENT || !token) return "";
  const auto package = debian_package(token->text);
  if (package.empty()) return "; check its name with gst-inspect-1.0, or install the plugin that has it";
  if (package.starts_with("this project")) return "; it is part of " + std::string(package);
  return "; it is in the Debian package " + std::string(package) + ": apt install " + std::string(package);
}

}  // namespace

std::string_view debian_package(std::string_view element) {
  const auto fits = [element](const Package& p) {
    if (!p.element.ends_with('*')) return p.element == element;
    return element.starts_with(p.element.substr(0, p.element.size() - 1));
  };
  const auto found = std::find_if(kPackages.begin(), kPackages.end(), fits);
  return found == kPackages.end() ? std::string_view() : found->package;
}

GstPtr<GstElement> launch(const PipeText& pipe) {
  g_autoptr(GError) error = nullptr;
  GstPtr<GstElement> pipeline = parse(pipe.text(), &error);
  if (pipeline && !error) return pipeline;
  const std::string message = error ? error->message : "not a pipeline";
  if (error && error->domain == GST_PARSE_ERROR && error->code == GST_PARSE_ERROR_SYNTAX) {
    const auto& token = first_bad_token(pipe);
    throw UserError(pipe.place(token.line) + ": syntax error at \"" + token.text +
                    "\"; elements are joined by \"!\", as for gst-launch-1.0" + variables_in(token));
  }
  const auto* token = token_of(pipe, message);
  throw UserError((token ? pipe.place(token->line) : pipe.file) + ": " + message +
                  (error ? hint(error, token) : std::string()) + (token ? variables_in(*token) : std::string()));
}
