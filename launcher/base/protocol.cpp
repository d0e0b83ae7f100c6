// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol.h"

#include <glib.h>

#include <cmath>

#include "shorten.h"

namespace protocol {
namespace {

constexpr unsigned kMaxMline = 64;
constexpr unsigned kMaxRepeats = 3;
constexpr unsigned kMaxPlayoutMs = 40950;  // the header extension has 12 bits, in units of 10 ms
constexpr std::int64_t kMaxBitrate = 1'000'000'000'000;
constexpr unsigned kMaxNumber = 0xffffffff;
constexpr double kMaxTime = 1e15;
constexpr std::size_t kMaxMessage = kMaxResult / 8;  // for people; one character may become six in JSON

// Reads the members of one received object. Only the first error is kept.
class Reader {
 public:
  Reader(std::string_view text, std::size_t limit) {
    if (text.size() > limit) {
      fail("a message of " + std::to_string(text.size()) + " bytes; at most " + std::to_string(limit) + " are taken");
      return;
    }
    auto parsed = core::parse_json_object(text);
    if (!parsed.wrong.empty()) fail("it is " + parsed.wrong);
    object_ = std::move(parsed.object);
  }

  std::string string(const char* name) {
    const core::Json* value = core::json_member(object_, name);
    if (value && value->is_string()) return value->get<std::string>();
    fail("\"" + std::string(name) + "\" must be a string");
    return {};
  }
  double number(const char* name) {
    if (const auto value = core::json_number(core::json_member(object_, name))) return *value;
    fail("\"" + std::string(name) + "\" must be a number");
    return 0;
  }
  bool boolean(const char* name) {
    const core::Json* value = core::json_member(object_, name);
    if (value && value->is_boolean()) return value->get<bool>();
    fail("\"" + std::string(name) + "\" must be true or false");
    return false;
  }
  unsigned integer(const char* name, unsigned most) { return static_cast<unsigned>(integer(name, 0, most)); }
  std::optional<double> bitrate_or_null(const char* name) {
    const core::Json* value = core::json_member(object_, name);
    if (value && value->is_null()) return std::nullopt;
    return static_cast<double>(integer(name, 1, kMaxBitrate));
  }
  Value value(const char* name) {
    const core::Json* value = core::json_member(object_, name);
    if (value && value->is_boolean()) return value->get<bool>();
    if (value && value->is_string()) return value->get<std::string>();
    if (const auto number = core::json_number(value)) return *number;
    fail("\"" + std::string(name) + "\" must be a number, true, false or a string");
    return false;
  }
  void fail(std::string message) {
    if (!error_) error_ = Error{"malformed", std::move(message)};
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  std::int64_t integer(const char* name, std::int64_t least, std::int64_t most) {
    const double value = number(name);
    if (value >= static_cast<double>(least) && value <= static_cast<double>(most) && value == std::floor(value))
      return static_cast<std::int64_t>(value);
    fail("\"" + std::string(name) + "\" must be an integer from " + std::to_string(least) + " to " +
         std::to_string(most));
    return least;
  }

  core::Json object_ = core::Json::object();
  std::optional<Error> error_;
};

template <typename T>
core::OrderedJson or_null(const std::optional<T>& value) {
  return value ? core::OrderedJson(*value) : core::OrderedJson(nullptr);
}

core::OrderedJson or_null(const std::optional<double>& value) {
  return value ? core::json_of(*value) : core::OrderedJson(nullptr);
}

Error unknown_type(const std::string& type) {
  return {"unknown-type", "the message type \"" + type.substr(0, 40) + "\" is not one that a viewer may send here"};
}

template <typename... Types>
core::OrderedJson json_of(const std::variant<Types...>& value) {
  if (const auto* number = std::get_if<double>(&value)) return core::json_of(*number);
  return std::visit([](const auto& held) { return core::OrderedJson(held); }, value);
}

core::OrderedJson json_of(const Object& object) {
  core::OrderedJson json = core::OrderedJson::object();
  for (const auto& detail : object.details) json[detail.name] = json_of(detail.value);
  json["label"] = object.label;
  json["confidence"] = or_null(object.confidence);
  json["x"] = core::json_of(object.x);
  json["y"] = core::json_of(object.y);
  json["w"] = core::json_of(object.w);
  json["h"] = core::json_of(object.h);
  return json;
}

std::string base64(const std::string& bytes) {
  g_autofree char* text = g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size());
  return text;
}

std::string result_text(const Result& result, std::size_t count) {
  auto objects = core::OrderedJson::array();
  for (std::size_t i = 0; i < count; ++i) objects.push_back(json_of(result.objects[i]));
  core::OrderedJson json{{"type", "result"},
                         {"frame", result.frame},
                         {"model", result.model},
                         {"ms", or_null(result.ms)},
                         {"age", core::json_of(result.age)},
                         {"width", result.width},
                         {"height", result.height},
                         {"whole", result.whole},
                         {"objects", std::move(objects)}};
  if (count < result.objects.size()) json["truncated"] = true;
  return core::json_text(json);
}

// What a viewer may ask on either way.
template <typename T>
T request(Reader& reader, const std::string& type) {
  if (type == "keyframe") return KeyFrameRequest{};
  if (type == "video") {
    const VideoRequest video{reader.boolean("wanted"), reader.bitrate_or_null("maxBitrate")};
    if (reader.error()) return *reader.error();
    return video;
  }
  if (type == "set") {
    const SetRequest set{reader.string("name"), reader.value("value")};
    if (reader.error()) return *reader.error();
    return set;
  }
  if (type != "ping") return unknown_type(type);
  const Ping ping{reader.number("t")};
  if (reader.error()) return *reader.error();
  return ping;
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
  Candidate candidate{reader.string("candidate"), reader.integer("sdpMLineIndex", kMaxMline)};
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

Control parse_control(std::string_view text) {
  Reader reader(text, kMaxControl);
  const std::string type = reader.string("type");
  if (reader.error()) return *reader.error();
  if (type == "results") {
    const unsigned repeats = reader.integer("repeats", kMaxRepeats);
    if (reader.error()) return *reader.error();
    return ResultsRequest{repeats};
  }
  if (type == "playout") {
    const unsigned max_ms = reader.integer("max", kMaxPlayoutMs);
    if (reader.error()) return *reader.error();
    return PlayoutRequest{max_ms};
  }
  return request<Control>(reader, type);
}

SocketMessage parse_socket(std::string_view text) {
  Reader reader(text, kMaxControl);
  const std::string type = reader.string("type");
  if (reader.error()) return *reader.error();
  if (type != "ack") return request<SocketMessage>(reader, type);
  const Ack ack{reader.integer("number", kMaxNumber), reader.number("at")};
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
  return core::json_text({{"type", "error"}, {"code", error.code}, {"message", error.message}});
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
                          {"encoded", or_null(message.encoded)},
                          {"sent", or_null(message.sent)}});
}

std::string encode(const Link& link) {
  return core::json_text({{"type", "link"},
                          {"rung", link.rung},
                          {"rungs", link.rungs},
                          {"width", link.width},
                          {"height", link.height},
                          {"bitrate", core::json_of(link.bitrate)},
                          {"framerate", or_null(link.framerate)},
                          {"carries", or_null(link.carries)},
                          {"reason", link.reason}});
}

std::string encode(const Property& property, bool writable) {
  core::OrderedJson json{{"type", "property"},
                         {"name", property.name},
                         {"title", property.title},
                         {"description", property.description},
                         {"writable", writable},
                         {"value", json_of(property.value)},
                         {"initial", json_of(property.initial)}};
  if (property.least) {
    json["min"] = core::json_of(*property.least);
    json["max"] = core::json_of(*property.most);
    json["whole"] = property.whole;
  }
  for (const auto& [value, title] : property.choices) json["choices"].push_back({{"value", value}, {"title", title}});
  return core::json_text(json);
}

std::string encode(const StreamInfo& info) {
  core::OrderedJson stamp = nullptr;
  if (info.stamp) stamp = {{"rows", info.stamp->rows}, {"cell", info.stamp->cell}};
  core::OrderedJson json{{"type", "stream"},
                         {"clockRate", 90000},
                         {"rtpOffset", or_null(info.rtp_offset)},
                         {"epoch", core::json_of(info.epoch)},
                         {"stamp", std::move(stamp)},
                         {"state", info.lost ? "lost" : "live"},
                         {"message", shorten(info.message, kMaxMessage)}};
  for (const auto& [width, height, rows, cell] : info.rungs)
    json["rungs"].push_back({{"width", width}, {"height", height}, {"rows", rows}, {"cell", cell}});
  return core::json_text(json);
}

std::string encode(const ModelState& state) {
  return core::json_text({{"type", "model"},
                          {"model", state.model},
                          {"state", state.state},
                          {"message", shorten(state.message, kMaxMessage)},
                          {"since", core::json_of(state.since)}});
}

std::string encode(const Result& result) {
  std::size_t count = result.objects.size();
  std::string text = result_text(result, count);
  while (text.size() > kMaxResult && count > 0) {
    // objects are about the same size: leave out as many as are too much, at least one
    count = std::min(count - 1, count * kMaxResult / text.size());
    text = result_text(result, count);
  }
  return text;
}

}  // namespace protocol
