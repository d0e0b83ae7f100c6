// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol.h"

#include <glib.h>

#include <algorithm>
#include <climits>
#include <cmath>

namespace protocol {
namespace {

constexpr unsigned kMaxMline = 128;
constexpr unsigned kMaxRepeats = 3;
constexpr unsigned kMaxPlayoutMs = 40950;  // the header extension has 12 bits, in units of 10 ms
constexpr std::int64_t kMaxLines = 65535;
constexpr std::int64_t kMaxBitrate = 1'000'000'000'000;
constexpr unsigned kMaxNumber = 0xffffffff;
constexpr double kMaxTime = 1e15;
constexpr std::size_t kMaxKey = 32;
constexpr double kMaxPlace = 1e6;    // pixels
constexpr double kMaxNotches = 100;  // of a wheel, in one turn
constexpr unsigned kMaxButtons = 0xffff;

class Reader : public core::JsonReader {
 public:
  using JsonReader::JsonReader;

  std::string string_or_nothing(const char* name) { return member(name) ? string(name) : std::string(); }
  // Within these bounds; what is beyond is a number all the same, and counts as the bound.
  double bounded(const char* name, double bound) { return std::clamp(number(name), -bound, bound); }
  std::array<double, 2> pair(const char* name, double bound) {
    const core::Json* value = member(name);
    const bool two = value && value->is_array() && value->size() == 2;
    const auto first = two ? core::json_number(&(*value)[0]) : std::nullopt;
    const auto second = two ? core::json_number(&(*value)[1]) : std::nullopt;
    if (!first || !second) fail("\"" + std::string(name) + "\" must be two numbers");
    return {std::clamp(first.value_or(0), -bound, bound), std::clamp(second.value_or(0), -bound, bound)};
  }
  int any_integer(const char* name) { return static_cast<int>(integer(name, INT32_MIN, INT32_MAX)); }
  unsigned up_to(const char* name, unsigned most) { return static_cast<unsigned>(integer(name, 0, most)); }
  std::optional<double> bitrate_or_null(const char* name) {
    const core::Json* value = member(name);
    if (value && value->is_null()) return std::nullopt;
    return static_cast<double>(integer(name, 1, kMaxBitrate));
  }
  std::optional<unsigned> lines_or_nothing(const char* name) {
    const core::Json* value = member(name);
    if (!value || value->is_null()) return std::nullopt;
    return static_cast<unsigned>(integer(name, 1, kMaxLines));
  }
  Value value(const char* name) {
    const core::Json* value = member(name);
    if (value && value->is_boolean()) return value->get<bool>();
    if (value && value->is_string()) return value->get<std::string>();
    if (const auto number = core::json_number(value)) return *number;
    fail("\"" + std::string(name) + "\" must be a number, true, false or a string");
    return false;
  }
  std::optional<Error> error() const {
    return wrong().empty() ? std::nullopt : std::optional(Error{"malformed", wrong()});
  }
};

Error unknown_type(const std::string& type) {
  return {"unknown-type", "the message type \"" + type.substr(0, 40) + "\" is not one that a viewer may send here"};
}

std::string base64(const std::string& bytes) {
  g_autofree char* text = g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size());
  return text;
}

constexpr auto kMouseEvents =
    std::to_array<std::pair<std::string_view, MouseInput::Kind>>({{"move", MouseInput::Kind::kMove},
                                                                  {"down", MouseInput::Kind::kDown},
                                                                  {"up", MouseInput::Kind::kUp},
                                                                  {"double", MouseInput::Kind::kDouble},
                                                                  {"wheel", MouseInput::Kind::kWheel}});

MouseInput mouse_of(Reader& reader) {
  MouseInput mouse;
  const std::string event = reader.string("event");
  const auto found = std::ranges::find(kMouseEvents, event, &std::pair<std::string_view, MouseInput::Kind>::first);
  if (found != kMouseEvents.end())
    mouse.kind = found->second;
  else
    reader.fail("\"event\" must be move, down, up, double or wheel");
  mouse.x = reader.bounded("x", kMaxPlace);
  mouse.y = reader.bounded("y", kMaxPlace);
  mouse.button = reader.up_to("button", 2);
  mouse.buttons = reader.up_to("buttons", kMaxButtons);
  mouse.shift = reader.boolean("shift");
  mouse.ctrl = reader.boolean("ctrl");
  mouse.alt = reader.boolean("alt");
  const auto wheel = reader.pair("wheel", kMaxNotches);
  mouse.right = wheel[0], mouse.away = wheel[1];
  return mouse;
}

// Nothing: it is a message of another type.
std::optional<Input> input_of(Reader& reader, const std::string& type) {
  if (type == "key") {
    KeyPress press{reader.string("key")};
    if (press.key.empty() || press.key.size() > kMaxKey)
      reader.fail("\"key\" must have 1 to " + std::to_string(kMaxKey) + " bytes");
    return press;
  }
  if (type == "mouse") return mouse_of(reader);
  if (type == "trackbar") return TrackbarMove{reader.string("name"), reader.any_integer("value")};
  if (type == "button") return ButtonPress{reader.up_to("button", UINT32_MAX), reader.boolean("on")};
  if (type == "close") return CloseRequest{};
  return std::nullopt;
}

// What a viewer may ask on either way.
template <typename T>
T request(Reader& reader, const std::string& type) {
  if (type == "keyframe") return KeyFrameRequest{};
  if (type == "video") {
    const VideoRequest video{reader.boolean("wanted"), reader.bitrate_or_null("maxBitrate"),
                             reader.lines_or_nothing("maxHeight")};
    if (reader.error()) return *reader.error();
    return video;
  }
  if (type == "set") {
    SetRequest set{reader.string("name"), reader.value("value")};
    if (reader.error()) return *reader.error();
    return set;
  }
  if (auto input = input_of(reader, type)) {
    if (reader.error()) return *reader.error();
    return *std::move(input);
  }
  if (type != "ping") return unknown_type(type);
  const Ping ping{reader.number("t")};
  if (reader.error()) return *reader.error();
  return ping;
}

Control control_of(Reader& reader) {
  const std::string type = reader.string("type");
  if (reader.error()) return *reader.error();
  if (type == "results") {
    const unsigned repeats = reader.up_to("repeats", kMaxRepeats);
    if (reader.error()) return *reader.error();
    return ResultsRequest{repeats};
  }
  if (type == "playout") {
    const unsigned max_ms = reader.up_to("max", kMaxPlayoutMs);
    if (reader.error()) return *reader.error();
    return PlayoutRequest{max_ms};
  }
  return request<Control>(reader, type);
}

}  // namespace

Signal parse_signal(std::string_view text) {
  Reader reader(text, kMaxSignal);
  const std::string type = reader.string("type");
  if (reader.error()) return *reader.error();
  if (type == "answer") {
    Answer answer{reader.string("sdp")};
    if (reader.error()) return *reader.error();
    return answer;
  }
  if (type == "transport") {
    if (reader.string("transport") != "socket") reader.fail("\"transport\" must be \"socket\"");
    if (reader.error()) return *reader.error();
    return SocketRequest{};
  }
  if (type != "candidate") return unknown_type(type);
  Candidate candidate{reader.string("candidate"), reader.up_to("sdpMLineIndex", kMaxMline)};
  if (candidate.candidate.size() > kMaxCandidate)
    reader.fail("\"candidate\" is longer than " + std::to_string(kMaxCandidate) + " bytes");
  if (reader.error()) return *reader.error();
  return candidate;
}

std::optional<std::string> parse_token(std::string_view text) {
  Reader reader(text, kMaxControl);
  if (reader.string("type") != "token") return std::nullopt;
  std::string token = reader.string("token");
  if (reader.error()) return std::nullopt;
  return token;
}

Controlled parse_control(std::string_view text) {
  Reader reader(text, kMaxControl);
  std::string stream = reader.string_or_nothing("stream");
  return {control_of(reader), std::move(stream)};
}

SocketMessage parse_socket(std::string_view text) {
  Reader reader(text, kMaxControl);
  const std::string type = reader.string("type");
  if (reader.error()) return *reader.error();
  if (type != "ack") return request<SocketMessage>(reader, type);
  const Ack ack{reader.up_to("number", kMaxNumber), reader.number("at")};
  if (std::abs(ack.at) > kMaxTime) reader.fail("\"at\" is no time in ms");
  if (reader.error()) return *reader.error();
  return ack;
}

std::string encode(const ServerSignal& message) {
  if (const auto* offer = std::get_if<Offer>(&message)) {
    core::OrderedJson json{{"type", "offer"}, {"sdp", offer->sdp}, {"stamped", offer->stamped}};
    for (const auto& server : offer->ice_servers) {
      core::OrderedJson told{{"urls", server.urls}};
      if (!server.username.empty()) told["username"] = server.username, told["credential"] = server.credential;
      json["iceServers"].push_back(std::move(told));
    }
    for (const auto& [name, mids, stamped] : offer->streams)
      json["streams"].push_back({{"name", name}, {"mids", mids}, {"stamped", stamped}});
    return core::json_text(json);
  }
  if (const auto* candidate = std::get_if<Candidate>(&message))
    return core::json_text(
        {{"type", "candidate"}, {"candidate", candidate->candidate}, {"sdpMLineIndex", candidate->mline}});
  if (const auto* locked = std::get_if<Locked>(&message))
    return core::json_text({{"type", "locked"}, {"message", locked->message}});
  if (const auto* access = std::get_if<AccessGiven>(&message))
    return core::json_text({{"type", "access"}, {"control", access->control}});
  const auto& error = std::get<Error>(message);
  core::OrderedJson json{{"type", "error"}, {"code", error.code}, {"message", error.message}};
  if (!error.stream.empty()) json["stream"] = error.stream;
  return core::json_text(json);
}

std::string encode(const StreamList& message) {
  core::OrderedJson streams = core::OrderedJson::array();
  for (const auto& [name, state, text, window] : message.streams) {
    streams.push_back({{"name", name}, {"state", state}, {"message", text}});
    if (window) streams.back()["window"] = *window;
  }
  return core::json_text({{"type", "streams"}, {"streams", std::move(streams)}});
}

std::string encode(const Window& window, bool writable) {
  core::OrderedJson trackbars = core::OrderedJson::array();
  for (const auto& [name, min, max, value] : window.trackbars)
    trackbars.push_back({{"name", name}, {"min", min}, {"max", max}, {"value", value}});
  core::OrderedJson buttons = core::OrderedJson::array();
  for (const auto& [button, name, kind, bar, on] : window.buttons)
    buttons.push_back({{"button", button}, {"name", name}, {"kind", kind}, {"bar", bar}, {"on", on}});
  return core::json_text({{"type", "window"},
                          {"title", window.title},
                          {"width", window.width},
                          {"height", window.height},
                          {"state", window.state},
                          {"message", window.message},
                          {"picture", window.picture},
                          {"mouse", window.mouse},
                          {"objects", window.objects},
                          {"writable", writable},
                          {"overlay", window.overlay},
                          {"status", window.status},
                          {"trackbars", std::move(trackbars)},
                          {"buttons", std::move(buttons)}});
}

std::string encode(const Media& message) {
  core::OrderedJson video{{"codec", message.video.codec}};
  if (!message.video.description.empty()) video["description"] = base64(message.video.description);
  core::OrderedJson audio = nullptr;
  if (message.audio)
    audio = {{"codec", message.audio->codec}, {"rate", message.audio->rate}, {"channels", message.audio->channels}};
  return core::json_text({{"type", "media"}, {"video", std::move(video)}, {"audio", std::move(audio)}});
}

std::array<std::uint8_t, kFrameHeader> encode(const FrameHeader& header) {
  const auto flags = static_cast<std::uint8_t>((header.key ? 1 : 0) | (header.more ? 2 : 0));
  const auto byte = [&header](unsigned shift) { return static_cast<std::uint8_t>(header.id >> shift); };
  return {static_cast<std::uint8_t>(header.kind), flags, byte(24), byte(16), byte(8), byte(0)};
}

std::string encode(const Pong& message) {
  return core::json_text({{"type", "pong"},
                          {"t", core::json_of(message.t)},
                          {"now", core::json_of(message.now)},
                          {"encoded", core::or_null(message.encoded)},
                          {"sent", core::or_null(message.sent)}});
}

std::string encode(const Link& link) {
  return core::json_text({{"type", "link"},
                          {"rung", link.rung},
                          {"rungs", link.rungs},
                          {"width", link.width},
                          {"height", link.height},
                          {"bitrate", core::json_of(link.bitrate)},
                          {"framerate", core::or_null(link.framerate)},
                          {"carries", core::or_null(link.carries)},
                          {"reason", link.reason}});
}

std::string encode(const Property& property, bool writable) {
  core::OrderedJson json{{"type", "property"},
                         {"name", property.name},
                         {"title", property.title},
                         {"description", property.description},
                         {"writable", writable},
                         {"value", core::json_of(property.value)},
                         {"initial", core::json_of(property.initial)}};
  if (property.least) {
    json["min"] = core::json_of(*property.least);
    json["max"] = core::json_of(*property.most);
    json["whole"] = property.whole;
  }
  for (const auto& [value, title] : property.choices) json["choices"].push_back({{"value", value}, {"title", title}});
  return core::json_text(json);
}

}  // namespace protocol
