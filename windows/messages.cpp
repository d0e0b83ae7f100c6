// SPDX-License-Identifier: LGPL-2.1-or-later
#include "messages.h"

#include <algorithm>
#include <array>
#include <climits>

#include "core/json.h"
#include "core/shorten.h"
#include "picture_memory.h"

namespace windows {
namespace {

constexpr std::int64_t kMaxNumber = 0xffffffff;
constexpr int kLastMouseEvent = 11;  // cv::EVENT_MOUSEHWHEEL
constexpr std::array<std::string_view, 3> kKinds{"push", "check", "radio"};

class Reader : public core::JsonReader {
 public:
  explicit Reader(std::string_view text) : JsonReader(text, kMaxMessage) {}

  std::string short_string(const char* name, std::size_t most = kMaxName) {
    std::string text = string(name);
    if (text.size() > most)
      fail("\"" + std::string(name) + "\" has " + std::to_string(text.size()) + " bytes; at most " +
           std::to_string(most) + " are taken");
    return text;
  }
  int number_of(const char* name, int least = INT_MIN, int most = INT_MAX) {
    return static_cast<int>(integer(name, least, most));
  }
  std::uint32_t number_from(std::int64_t least, const char* name) {
    return static_cast<std::uint32_t>(integer(name, least, kMaxNumber));
  }
  std::uint32_t window() { return number_from(1, "window"); }
  ButtonKind kind() {
    const auto found = std::find(kKinds.begin(), kKinds.end(), string("kind"));
    if (found == kKinds.end()) fail("\"kind\" must be push, check or radio");
    return static_cast<ButtonKind>(found - kKinds.begin());
  }
  std::optional<Error> error() const { return wrong().empty() ? std::nullopt : std::optional(Error{wrong()}); }
};

core::OrderedJson about(const char* type, std::uint32_t window) {
  return {{"type", type}, {"window", window}};
}

// Of another version the rest may mean anything.
unsigned version(Reader& reader) {
  const auto said = static_cast<unsigned>(reader.number_of("version", 1));
  if (said != kVersion)
    reader.fail("the program's messages have version " + std::to_string(said) + "; this cv-launch takes only version " +
                std::to_string(kVersion));
  return said;
}

FromProgram from_program(Reader& reader, const std::string& type) {
  if (type == "program") return Program{version(reader), reader.number_of("pid", 1), reader.short_string("name")};
  if (type == "window") return NewWindow{reader.window(), reader.short_string("name")};
  if (type == "title") return Title{reader.window(), reader.short_string("title")};
  if (type == "memory") return Memory{reader.window(), static_cast<std::uint64_t>(reader.integer("slot", 1, kMaxSlot))};
  if (type == "picture") return PictureReady{reader.window()};
  if (type == "trackbar")
    return Trackbar{reader.window(), reader.short_string("name"), reader.number_of("min"), reader.number_of("max"),
                    reader.number_of("value")};
  if (type == "text")
    return ShownText{reader.window(), reader.boolean("over"), reader.short_string("text", kMaxText),
                     reader.number_of("ms", 0)};
  if (type == "button")
    return Button{reader.window(), reader.number_from(1, "button"), reader.short_string("name"),
                  reader.kind(),   reader.number_from(0, "bar"),    reader.boolean("on")};
  if (type == "mouse") return Mouse{reader.window(), reader.boolean("wanted")};
  if (type == "close") return Close{reader.window()};
  return Error{"the message type \"" + shorten(type, kMaxName) + "\" is not one that a program may send"};
}

std::optional<ToProgram> to_program(Reader& reader, const std::string& type) {
  if (type == "key") return Key{reader.window(), reader.number_of("code", 0)};
  if (type == "mouse")
    return MouseEvent{reader.window(), reader.number_of("event", 0, kLastMouseEvent), reader.number_of("x"),
                      reader.number_of("y"), reader.number_of("flags")};
  if (type == "trackbar") return MoveTrackbar{reader.window(), reader.string("name"), reader.number_of("value")};
  if (type == "button") return PressButton{reader.window(), reader.number_from(1, "button"), reader.boolean("on")};
  if (type == "close") return CloseWindow{reader.window()};
  if (type == "error") return Failed{reader.string("message")};
  return std::nullopt;
}

struct Encoder {
  core::OrderedJson operator()(const Key& key) const {
    auto json = about("key", key.window);
    json["code"] = key.code;
    return json;
  }
  core::OrderedJson operator()(const MouseEvent& mouse) const {
    auto json = about("mouse", mouse.window);
    json.update({{"event", mouse.event}, {"x", mouse.x}, {"y", mouse.y}, {"flags", mouse.flags}});
    return json;
  }
  core::OrderedJson operator()(const MoveTrackbar& trackbar) const {
    auto json = about("trackbar", trackbar.window);
    json.update({{"name", trackbar.name}, {"value", trackbar.value}});
    return json;
  }
  core::OrderedJson operator()(const PressButton& button) const {
    auto json = about("button", button.window);
    json.update({{"button", button.button}, {"on", button.on}});
    return json;
  }
  core::OrderedJson operator()(const CloseWindow& close) const { return about("close", close.window); }
  core::OrderedJson operator()(const Failed& failed) const {
    return {{"type", "error"}, {"message", shorten(failed.message)}};
  }
};

}  // namespace

std::string shown_name(std::string_view name, std::size_t most) {
  // a text of JSON has only characters of UTF-8
  const auto text = core::json_text({{"name", shorten(name, kMaxMessage)}});
  return shorten(core::Json::parse(text).at("name").get<std::string>(), most);
}

std::string encode(const Program& message) {
  return core::json_text(
      {{"type", "program"}, {"version", message.version}, {"pid", message.pid}, {"name", message.name}});
}

std::string encode(const NewWindow& message) {
  auto json = about("window", message.window);
  json["name"] = message.name;
  return core::json_text(json);
}

std::string encode(const Title& message) {
  auto json = about("title", message.window);
  json["title"] = message.title;
  return core::json_text(json);
}

std::string encode(const Memory& message) {
  auto json = about("memory", message.window);
  json["slot"] = message.slot;
  return core::json_text(json);
}

std::string encode(const PictureReady& message) {
  return core::json_text(about("picture", message.window));
}

std::string encode(const Trackbar& message) {
  auto json = about("trackbar", message.window);
  json.update({{"name", message.name}, {"min", message.min}, {"max", message.max}, {"value", message.value}});
  return core::json_text(json);
}

std::string encode(const ShownText& message) {
  auto json = about("text", message.window);
  json.update({{"over", message.over}, {"text", message.text}, {"ms", message.milliseconds}});
  return core::json_text(json);
}

std::string encode(const Button& message) {
  auto json = about("button", message.window);
  json.update({{"button", message.button},
               {"name", message.name},
               {"kind", kKinds.at(static_cast<std::size_t>(message.kind))},
               {"bar", message.bar},
               {"on", message.on}});
  return core::json_text(json);
}

std::string encode(const Mouse& message) {
  auto json = about("mouse", message.window);
  json["wanted"] = message.wanted;
  return core::json_text(json);
}

std::string encode(const Close& message) {
  return core::json_text(about("close", message.window));
}

FromProgram parse_from_program(std::string_view text) {
  Reader reader(text);
  const std::string type = reader.string("type");
  if (reader.error()) return *reader.error();
  FromProgram message = from_program(reader, type);
  if (reader.error()) return *reader.error();
  return message;
}

std::string encode(const ToProgram& message) {
  return core::json_text(std::visit(Encoder(), message));
}

std::optional<ToProgram> parse_to_program(std::string_view text) {
  Reader reader(text);
  const std::string type = reader.string("type");
  if (reader.error()) return std::nullopt;
  auto message = to_program(reader, type);
  return reader.error() ? std::nullopt : message;
}

}  // namespace windows
