// SPDX-License-Identifier: LGPL-2.1-or-later
#include "programs/input.h"

#include <gtest/gtest.h>

namespace {

// From OpenCV's highgui.hpp, whose package is none of ours.
namespace cv {
enum {
  EVENT_MOUSEMOVE = 0,
  EVENT_LBUTTONDOWN = 1,
  EVENT_RBUTTONDOWN = 2,
  EVENT_MBUTTONDOWN = 3,
  EVENT_LBUTTONUP = 4,
  EVENT_RBUTTONUP = 5,
  EVENT_MBUTTONUP = 6,
  EVENT_LBUTTONDBLCLK = 7,
  EVENT_RBUTTONDBLCLK = 8,
  EVENT_MOUSEWHEEL = 10,
  EVENT_MOUSEHWHEEL = 11
};
enum {
  EVENT_FLAG_LBUTTON = 1,
  EVENT_FLAG_RBUTTON = 2,
  EVENT_FLAG_MBUTTON = 4,
  EVENT_FLAG_CTRLKEY = 8,
  EVENT_FLAG_SHIFTKEY = 16,
  EVENT_FLAG_ALTKEY = 32
};
}  // namespace cv

using protocol::MouseInput;

TEST(KeyCode, WhatTypesIsItsCharacter) {
  EXPECT_EQ(key_code("a"), 'a');
  EXPECT_EQ(key_code("A"), 'A');
  EXPECT_EQ(key_code(" "), ' ');
  EXPECT_EQ(key_code("é"), 0xe9);
  EXPECT_EQ(key_code("я"), 0x100044f);
  EXPECT_EQ(key_code("😀"), 0x101f600);
}

TEST(KeyCode, OthersAreWhatDebiansOpencvGives) {
  EXPECT_EQ(key_code("Enter"), 13);
  EXPECT_EQ(key_code("Escape"), 27);
  EXPECT_EQ(key_code("Backspace"), 8);
  EXPECT_EQ(key_code("Tab"), 9);
  EXPECT_EQ(key_code("ArrowLeft"), 65361);
  EXPECT_EQ(key_code("ArrowDown"), 65364);
  EXPECT_EQ(key_code("Delete"), 65535);
  EXPECT_EQ(key_code("F1"), 65470);
  EXPECT_EQ(key_code("F12"), 65481);
}

TEST(KeyCode, WhatIsNoneIsNothing) {
  for (const char* key : {"", "Unidentified", "Dead", "F0", "F36", "F1x", "F123", "\n", "\x7f", "\xff\xff"})
    EXPECT_EQ(key_code(key), std::nullopt) << key;
}

MouseInput mouse(MouseInput::Kind kind, unsigned button = 0, unsigned buttons = 0) {
  MouseInput input;
  input.kind = kind;
  input.x = 10.9, input.y = -0.1;
  input.button = button, input.buttons = buttons;
  return input;
}

// What setMouseCallback()'s function would be given.
std::pair<int, int> event_and_flags(const MouseInput& input) {
  const auto events = mouse_events(input, 7);
  EXPECT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().window, 7U);
  EXPECT_EQ(events.front().x, 10);
  EXPECT_EQ(events.front().y, -1);
  return {events.front().event, events.front().flags};
}

using Pair = std::pair<int, int>;

TEST(MouseEvents, MovesAndButtons) {
  using Kind = MouseInput::Kind;
  EXPECT_EQ(event_and_flags(mouse(Kind::kMove)), Pair(cv::EVENT_MOUSEMOVE, 0));
  EXPECT_EQ(event_and_flags(mouse(Kind::kMove, 0, 1)), Pair(cv::EVENT_MOUSEMOVE, cv::EVENT_FLAG_LBUTTON));
  EXPECT_EQ(event_and_flags(mouse(Kind::kDown, 0, 1)), Pair(cv::EVENT_LBUTTONDOWN, cv::EVENT_FLAG_LBUTTON));
  EXPECT_EQ(event_and_flags(mouse(Kind::kDown, 1, 4)), Pair(cv::EVENT_MBUTTONDOWN, cv::EVENT_FLAG_MBUTTON));
  EXPECT_EQ(event_and_flags(mouse(Kind::kDown, 2, 2)), Pair(cv::EVENT_RBUTTONDOWN, cv::EVENT_FLAG_RBUTTON));
  EXPECT_EQ(event_and_flags(mouse(Kind::kUp, 0)), Pair(cv::EVENT_LBUTTONUP, 0));
  EXPECT_EQ(event_and_flags(mouse(Kind::kUp, 1)), Pair(cv::EVENT_MBUTTONUP, 0));
  EXPECT_EQ(event_and_flags(mouse(Kind::kUp, 2)), Pair(cv::EVENT_RBUTTONUP, 0));
  EXPECT_EQ(event_and_flags(mouse(Kind::kDouble, 0, 1)), Pair(cv::EVENT_LBUTTONDBLCLK, cv::EVENT_FLAG_LBUTTON));
  EXPECT_EQ(event_and_flags(mouse(Kind::kDouble, 2)), Pair(cv::EVENT_RBUTTONDBLCLK, 0));
  // those of browsers beyond the third are none of OpenCV's
  EXPECT_EQ(event_and_flags(mouse(Kind::kMove, 0, 24)), Pair(cv::EVENT_MOUSEMOVE, 0));
}

TEST(MouseEvents, ModifiersAreFlags) {
  MouseInput input = mouse(MouseInput::Kind::kMove);
  input.shift = true;
  EXPECT_EQ(event_and_flags(input).second, cv::EVENT_FLAG_SHIFTKEY);
  input.ctrl = input.alt = true;
  EXPECT_EQ(event_and_flags(input).second, cv::EVENT_FLAG_SHIFTKEY | cv::EVENT_FLAG_CTRLKEY | cv::EVENT_FLAG_ALTKEY);
}

// As cv::getMouseWheelDelta() reads it.
int delta(int flags) {
  return static_cast<short>(static_cast<unsigned>(flags) >> 16U);
}

TEST(MouseEvents, AWheelIsTurnedByNotches) {
  MouseInput input = mouse(MouseInput::Kind::kWheel);
  EXPECT_TRUE(mouse_events(input, 1).empty());
  input.away = 1;
  ASSERT_EQ(mouse_events(input, 1).size(), 1U);
  EXPECT_EQ(mouse_events(input, 1).front().event, cv::EVENT_MOUSEWHEEL);
  EXPECT_EQ(delta(mouse_events(input, 1).front().flags), 120);
  input.away = -2.5, input.right = 0.5, input.ctrl = true;
  const auto both = mouse_events(input, 1);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(delta(both[0].flags), -300);
  EXPECT_EQ(both[0].flags & 0xffff, cv::EVENT_FLAG_CTRLKEY);
  EXPECT_EQ(both[1].event, cv::EVENT_MOUSEHWHEEL);
  EXPECT_EQ(delta(both[1].flags), 60);
  input.away = 100;
  EXPECT_EQ(delta(mouse_events(input, 1).front().flags), 12000);
}

}  // namespace
