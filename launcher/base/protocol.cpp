// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol.h"

#include <cmath>

#include "core/json_text.h"
#include "json_ptr.h"

namespace protocol {
namespace {

constexpr unsigned kMaxMline = 64;
constexpr unsigned kMaxRepeats = 3;
constexpr unsigned kMaxPlayoutMs = 40950;  // the header extension's 12 bits, in units of 10 ms

// Builds one JSON object, member by member.
class Writer {
 public:
  Writer() { json_builder_begin_object(builder_.get()); }

  Writer& set(const char* name, std::string_view value) {
    const std::string text = take_string(g_utf8_make_valid(value.data(), static_cast<gssize>(value.size())));
    return add(name, json_node_init_string(json_node_alloc(), text.c_str()));
  }
  Writer& set(const char* name, const char* value) { return set(name, std::string_view(value)); }
  Writer& set(const char* name, bool value) { return add(name, json_node_init_boolean(json_node_alloc(), value)); }
  Writer& set(const char* name, std::int64_t value) { return add(name, json_node_init_int(json_node_alloc(), value)); }
  // JSON has no NaN and no infinity: null says that there is no number
  Writer& set(const char* name, double value) {
    return std::isfinite(value) ? add(name, json_node_init_double(json_node_alloc(), value)) : set(name, nullptr);
  }
  Writer& set(const char* name, const Json& json) {
    JsonNode* node = json_from_string(json.text.c_str(), nullptr);
    return node ? add(name, node) : set(name, nullptr);
  }
  Writer& set(const char* name, std::nullptr_t) { return add(name, json_node_init_null(json_node_alloc())); }
  template <typename T>
  Writer& set(const char* name, const std::optional<T>& value) {
    return value ? set(name, *value) : set(name, nullptr);
  }
  Writer& add(const char* name, JsonNode* owned) {
    json_builder_set_member_name(builder_.get(), name);
    json_builder_add_value(builder_.get(), owned);
    return *this;
  }
  JsonNode* node() {
    json_builder_end_object(builder_.get());
    return json_builder_get_root(builder_.get());
  }
  std::string text() {
    const JsonNodePtr root(node());
    return take_string(json_to_string(root.get(), FALSE));
  }

 private:
  GObjectPtr<JsonBuilder> builder_{json_builder_new()};
};

// The members of one received object; the first complaint wins.
class Reader {
 public:
  Reader(std::string_view text, std::size_t limit) { open(text, limit); }

  std::string string(const char* name) {
    JsonNode* node = member(name);
    if (node && json_node_get_value_type(node) == G_TYPE_STRING) return json_node_get_string(node);
    fail("\"" + std::string(name) + "\" must be a string");
    return {};
  }
  double number(const char* name) {
    JsonNode* node = member(name);
    if (node && (json_node_get_value_type(node) == G_TYPE_INT64 || json_node_get_value_type(node) == G_TYPE_DOUBLE)) {
      const double value = json_node_get_double(node);
      if (std::isfinite(value)) return value;
    }
    fail("\"" + std::string(name) + "\" must be a number");
    return 0;
  }
  unsigned integer(const char* name, unsigned most) {
    const double value = number(name);
    if (value >= 0 && value <= most && value == std::floor(value)) return static_cast<unsigned>(value);
    fail("\"" + std::string(name) + "\" must be an integer from 0 to " + std::to_string(most));
    return 0;
  }
  void fail(std::string message) {
    if (!error_) error_ = Error{"malformed", std::move(message)};
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  void open(std::string_view text, std::size_t limit) {
    if (text.size() > limit)
      return fail("a message of " + std::to_string(text.size()) + " bytes; at most " + std::to_string(limit) +
                  " are taken");
    const JsonOutline outline = outline_json(text);
    if (outline == JsonOutline::kTooDeep)
      return fail("not JSON of ours: nested more than " + std::to_string(kMaxJsonDepth) + " deep");
    if (outline == JsonOutline::kMoreBehind) return fail("not JSON: there is more text behind the object");
    if (outline == JsonOutline::kNotJson) return fail("not JSON: a comment or a single quote");
    g_autoptr(GError) error = nullptr;
    if (!json_parser_load_from_data(parser_.get(), text.data(), static_cast<gssize>(text.size()), &error))
      return fail(std::string("not JSON: ") + error->message);
    JsonNode* root = json_parser_get_root(parser_.get());
    if (!root || !JSON_NODE_HOLDS_OBJECT(root)) return fail("not a JSON object");
    object_ = json_node_get_object(root);
  }
  JsonNode* member(const char* name) {
    JsonNode* node = object_ ? json_object_get_member(object_, name) : nullptr;
    return node && JSON_NODE_HOLDS_VALUE(node) ? node : nullptr;
  }

  GObjectPtr<JsonParser> parser_{json_parser_new()};
  JsonObject* object_ = nullptr;  // of parser_
  std::optional<Error> error_;
};

Error unknown_type(const std::string& type) {
  return {"unknown-type", "the message type \"" + type.substr(0, 40) + "\" is not one that a viewer may send here"};
}

void set_detail(Writer& writer, const Detail& detail) {
  std::visit([&](const auto& value) { writer.set(detail.name.c_str(), value); }, detail.value);
}

JsonNode* object_node(const Object& object) {
  Writer writer;
  for (const auto& detail : object.details) set_detail(writer, detail);
  writer.set("label", object.label).set("confidence", object.confidence);
  writer.set("x", object.x).set("y", object.y).set("w", object.w).set("h", object.h);
  return writer.node();
}

std::string result_text(const Result& result, std::size_t count) {
  JsonArray* objects = json_array_new();
  for (std::size_t i = 0; i < count; ++i) json_array_add_element(objects, object_node(result.objects[i]));
  JsonNode* array = json_node_init_array(json_node_alloc(), objects);
  json_array_unref(objects);
  Writer writer;
  writer.set("type", "result").set("frame", static_cast<std::int64_t>(result.frame));
  writer.set("model", result.model).set("ms", result.ms).set("age", result.age);
  writer.set("width", std::int64_t{result.width}).set("height", std::int64_t{result.height});
  writer.add("objects", array);
  if (count < result.objects.size()) writer.set("truncated", true);
  return writer.text();
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
  if (type != "candidate") return unknown_type(type);
  Candidate candidate{reader.string("candidate"), reader.integer("sdpMLineIndex", kMaxMline)};
  if (candidate.candidate.size() > kMaxCandidate)
    reader.fail("\"candidate\" is longer than " + std::to_string(kMaxCandidate) + " bytes");
  if (reader.error()) return *reader.error();
  return candidate;
}

Control parse_control(std::string_view text) {
  Reader reader(text, kMaxControl);
  const std::string type = reader.string("type");
  if (reader.error()) return *reader.error();
  if (type == "keyframe") return KeyFrameRequest{};
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
  if (type != "ping") return unknown_type(type);
  const Ping ping{reader.number("t")};
  if (reader.error()) return *reader.error();
  return ping;
}

std::string encode(const ServerSignal& message) {
  Writer writer;
  if (const auto* offer = std::get_if<Offer>(&message)) {
    writer.set("type", "offer").set("sdp", offer->sdp).set("stamped", offer->stamped);
  } else if (const auto* candidate = std::get_if<Candidate>(&message)) {
    writer.set("type", "candidate").set("candidate", candidate->candidate);
    writer.set("sdpMLineIndex", std::int64_t{candidate->mline});
  } else {
    const auto& error = std::get<Error>(message);
    writer.set("type", "error").set("code", error.code).set("message", error.message);
  }
  return writer.text();
}

std::string encode(const Pong& message) {
  Writer writer;
  writer.set("type", "pong").set("t", message.t).set("now", message.now);
  return writer.set("encoded", message.encoded).set("sent", message.sent).text();
}

std::string encode(const StreamInfo& info) {
  Writer writer;
  writer.set("type", "stream").set("clockRate", std::int64_t{90000});
  writer.set("rtpOffset", info.rtp_offset ? std::optional<std::int64_t>(*info.rtp_offset) : std::nullopt);
  writer.set("epoch", info.epoch);
  if (info.stamp)
    writer.add("stamp",
               Writer().set("rows", std::int64_t{info.stamp->rows}).set("cell", std::int64_t{info.stamp->cell}).node());
  else
    writer.set("stamp", nullptr);
  return writer.set("state", info.lost ? "lost" : "live").set("message", info.message).text();
}

std::string encode(const ModelState& state) {
  constexpr std::size_t kMaxMessage = kMaxResult / 8;  // a character may take six in JSON
  const auto& message = state.message;
  // what was said last is at the end
  const std::string shown = message.size() <= kMaxMessage ? message
                                                          : message.substr(0, kMaxMessage / 2) + "\n…\n" +
                                                                message.substr(message.size() - kMaxMessage / 2);
  return Writer()
      .set("type", "model")
      .set("model", state.model)
      .set("state", state.state)
      .set("message", shown)
      .set("since", state.since)
      .text();
}

std::string encode(const Result& result) {
  std::size_t count = result.objects.size();
  std::string text = result_text(result, count);
  while (text.size() > kMaxResult && count > 0) {
    // objects are of about one size: leave out what is over, and at least one
    count = std::min(count - 1, count * kMaxResult / text.size());
    text = result_text(result, count);
  }
  return text;
}

}  // namespace protocol
