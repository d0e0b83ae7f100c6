// SPDX-License-Identifier: LGPL-2.1-or-later
#include "input.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace {

struct Named {
  std::string_view key;
  int code;
};
// KeyboardEvent.key's names (W3C UI Events) with X11's keysyms (keysymdef.h), but for what has an ASCII code of its
// own.
constexpr auto kNamed = std::to_array<Named>({{"Enter", 13},          {"Escape", 27},          {"Tab", 9},
                                              {"Backspace", 8},       {"Delete", 0xffff},      {"Insert", 0xff63},
                                              {"Home", 0xff50},       {"ArrowLeft", 0xff51},   {"ArrowUp", 0xff52},
                                              {"ArrowRight", 0xff53}, {"ArrowDown", 0xff54},   {"PageUp", 0xff55},
                                              {"PageDown", 0xff56},   {"End", 0xff57},         {"PrintScreen", 0xff61},
                                              {"Pause", 0xff13},      {"ContextMenu", 0xff67}, {"Shift", 0xffe1},
                                              {"Control", 0xffe3},    {"CapsLock", 0xffe5},    {"Alt", 0xffe9},
                                              {"Meta", 0xffeb},       {"AltGraph", 0xfe03},    {"NumLock", 0xff7f},
                                              {"ScrollLock", 0xff14}});
constexpr int kF1 = 0xffbe;
constexpr int kUnicode = 0x1000000;  // where keysyms of other characters than Latin-1's begin

// cv::MouseEventTypes and cv::MouseEventFlags
constexpr int kMove = 0;
constexpr std::array kDown{1, 3, 2};  // by MouseEvent.button: left, middle, right
constexpr std::array kUp{4, 6, 5};
constexpr std::array kDouble{7, 9, 8};
constexpr int kWheel = 10;
constexpr int kWheelAside = 11;
constexpr int kCtrl = 8;
constexpr int kShift = 16;
constexpr int kAlt = 32;
constexpr int kNotch = 120;
constexpr int kFurthest = 32767;

std::optional<int> function_key(std::string_view key) {
  if (key.size() < 2 || key.size() > 3 || key[0] != 'F') return std::nullopt;
  int number = 0;
  for (const char digit : key.substr(1)) {
    if (!g_ascii_isdigit(digit)) return std::nullopt;
    number = number * 10 + (digit - '0');
  }
  return number >= 1 && number <= 35 ? std::optional(kF1 + number - 1) : std::nullopt;
}

int event_of(const protocol::MouseInput& input) {
  using Kind = protocol::MouseInput::Kind;
  switch (input.kind) {
    case Kind::kDown:
      return kDown.at(input.button);
    case Kind::kUp:
      return kUp.at(input.button);
    case Kind::kDouble:
      return kDouble.at(input.button);
    default:
      return kMove;
  }
}

}  // namespace

std::optional<int> key_code(std::string_view key) {
  if (!g_utf8_validate_len(key.data(), key.size(), nullptr)) return std::nullopt;
  if (g_utf8_strlen(key.data(), static_cast<gssize>(key.size())) == 1) {
    const gunichar typed = g_utf8_get_char(key.data());
    if (g_unichar_iscntrl(typed)) return std::nullopt;
    return static_cast<int>(typed) + (typed > 0xff ? kUnicode : 0);
  }
  const auto found = std::ranges::find(kNamed, key, &Named::key);
  return found != kNamed.end() ? std::optional(found->code) : function_key(key);
}

std::vector<windows::MouseEvent> mouse_events(const protocol::MouseInput& input, std::uint32_t window) {
  // MouseEvent.buttons has left 1, right 2, middle 4, and so have OpenCV's flags
  const int flags = static_cast<int>(input.buttons & 7) | (input.ctrl ? kCtrl : 0) | (input.shift ? kShift : 0) |
                    (input.alt ? kAlt : 0);
  const auto event = [&](int kind, int more) {
    return windows::MouseEvent{.window = window,
                               .event = kind,
                               .x = static_cast<int>(std::floor(input.x)),
                               .y = static_cast<int>(std::floor(input.y)),
                               .flags = flags | more};
  };
  if (input.kind != protocol::MouseInput::Kind::kWheel) return {event(event_of(input), 0)};
  const auto turn = [&](int kind, double notches) {
    const int far = std::clamp(static_cast<int>(std::lround(notches * kNotch)), -kFurthest, kFurthest);
    return event(kind, static_cast<int>(static_cast<unsigned>(far) << 16));
  };
  std::vector<windows::MouseEvent> turned;
  if (input.away != 0) turned.push_back(turn(kWheel, input.away));
  if (input.right != 0) turned.push_back(turn(kWheelAside, input.right));
  return turned;
}
