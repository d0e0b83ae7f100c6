// SPDX-License-Identifier: LGPL-2.1-or-later
// The messages of windows/PROTOCOL.md, typed, for both sides. No I/O; malformed input is a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace windows {

inline constexpr unsigned kVersion = 1;
inline constexpr std::size_t kMaxMessage = 64 * 1024;
inline constexpr std::size_t kMaxName = 200;
inline constexpr std::size_t kMaxText = 2000;

// A window, a title, a trackbar or a text as viewers see it: UTF-8, and short.
std::string shown_name(std::string_view name, std::size_t most = kMaxName);

// What a program says.
struct Program {
  unsigned version = kVersion;
  long pid = 0;
  std::string name;
};
struct NewWindow {
  std::uint32_t window = 0;
  std::string name;
};
struct Title {
  std::uint32_t window = 0;
  std::string title;
};
struct Memory {  // a descriptor comes with it
  std::uint32_t window = 0;
  std::uint64_t slot = 0;
};
struct PictureReady {
  std::uint32_t window = 0;
};
struct Trackbar {
  std::uint32_t window = 0;
  std::string name;
  int min = 0, max = 0, value = 0;
};
struct ShownText {
  std::uint32_t window = 0;
  bool over = false;  // the picture; else below it
  std::string text;
  int milliseconds = 0;  // how long; 0: until there is another one
};
enum class ButtonKind { kPush, kCheck, kRadio };  // with OpenCV's numbers
struct Button {
  std::uint32_t window = 0;
  std::uint32_t button = 0;
  std::string name;
  ButtonKind kind = ButtonKind::kPush;
  std::uint32_t bar = 0;
  bool on = false;
  bool operator==(const Button&) const = default;
};
struct Mouse {
  std::uint32_t window = 0;
  bool wanted = false;
};
struct Close {
  std::uint32_t window = 0;
};
struct Error {  // what was wrong with a message, in words
  std::string message;
};
using FromProgram =
    std::variant<Program, NewWindow, Title, Memory, PictureReady, Trackbar, ShownText, Button, Mouse, Close, Error>;

std::string encode(const Program& message);
std::string encode(const NewWindow& message);
std::string encode(const Title& message);
std::string encode(const Memory& message);
std::string encode(const PictureReady& message);
std::string encode(const Trackbar& message);
std::string encode(const ShownText& message);
std::string encode(const Button& message);
std::string encode(const Mouse& message);
std::string encode(const Close& message);
FromProgram parse_from_program(std::string_view text);

// What cv-launch says.
struct Key {
  std::uint32_t window = 0;
  int code = 0;  // of waitKeyEx
};
struct MouseEvent {
  std::uint32_t window = 0;
  int event = 0;  // of cv::MouseEventTypes
  int x = 0, y = 0;
  int flags = 0;  // of cv::MouseEventFlags
};
struct MoveTrackbar {
  std::uint32_t window = 0;
  std::string name;
  int value = 0;
};
struct PressButton {
  std::uint32_t window = 0;
  std::uint32_t button = 0;
  bool on = false;
};
struct CloseWindow {
  std::uint32_t window = 0;
};
struct Failed {
  std::string message;
};
using ToProgram = std::variant<Key, MouseEvent, MoveTrackbar, PressButton, CloseWindow, Failed>;

std::string encode(const ToProgram& message);
// Nothing: it is none of these.
std::optional<ToProgram> parse_to_program(std::string_view text);

}  // namespace windows
