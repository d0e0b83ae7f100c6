// SPDX-License-Identifier: LGPL-2.1-or-later
// The messages of windows/PROTOCOL.md: what one side says, the other understands.
#include <gtest/gtest.h>

#include "windows/messages.h"

namespace windows {
namespace {

template <typename T>
T heard(const T& message) {
  return std::get<T>(parse_from_program(encode(message)));
}

std::string wrong(std::string_view text) {
  const auto message = parse_from_program(text);
  const auto* error = std::get_if<Error>(&message);
  return error ? error->message : "";
}

TEST(Messages, WhatAProgramSaysArrives) {
  EXPECT_EQ(encode(Program{1, 4711, "detect.py"}), R"({"type":"program","version":1,"pid":4711,"name":"detect.py"})");
  const auto program = heard(Program{1, 4711, "detect.py"});
  EXPECT_EQ(program.version, 1U);
  EXPECT_EQ(program.pid, 4711);
  EXPECT_EQ(program.name, "detect.py");
  EXPECT_EQ(heard(NewWindow{4294967295, "a/b \"ü\""}).name, "a/b \"ü\"");
  EXPECT_EQ(heard(NewWindow{4294967295, ""}).window, 4294967295U);
  EXPECT_EQ(heard(Title{1, "now"}).title, "now");
  EXPECT_EQ(heard(Memory{1, 1U << 30U}).slot, 1U << 30U);
  EXPECT_EQ(heard(PictureReady{7}).window, 7U);
  const auto trackbar = heard(Trackbar{2, "threshold", -5, 2147483647, 100});
  EXPECT_EQ(trackbar.name, "threshold");
  EXPECT_EQ(trackbar.min, -5);
  EXPECT_EQ(trackbar.max, 2147483647);
  EXPECT_EQ(trackbar.value, 100);
  const auto text = heard(ShownText{2, true, "two\nlines", 1500});
  EXPECT_TRUE(text.over);
  EXPECT_EQ(text.text, "two\nlines");
  EXPECT_EQ(text.milliseconds, 1500);
  EXPECT_EQ(encode(Button{2, 1, "edges", ButtonKind::kRadio, 3, true}),
            R"({"type":"button","window":2,"button":1,"name":"edges","kind":"radio","bar":3,"on":true})");
  for (const auto kind : {ButtonKind::kPush, ButtonKind::kCheck, ButtonKind::kRadio}) {
    const Button button{2, 4294967295, "edges", kind, 3, true};
    EXPECT_EQ(heard(button), button);
  }
  EXPECT_TRUE(heard(Mouse{2, true}).wanted);
  EXPECT_EQ(heard(Close{3}).window, 3U);
}

TEST(Messages, WhatCvLaunchSaysArrives) {
  EXPECT_EQ(encode(Key{1, 113}), R"({"type":"key","window":1,"code":113})");
  EXPECT_EQ(std::get<Key>(*parse_to_program(encode(Key{1, 0xffff}))).code, 0xffff);
  const auto mouse = std::get<MouseEvent>(*parse_to_program(encode(MouseEvent{1, 10, -3, 9000, -7864320})));
  EXPECT_EQ(mouse.event, 10);
  EXPECT_EQ(mouse.x, -3);
  EXPECT_EQ(mouse.y, 9000);
  EXPECT_EQ(mouse.flags, -7864320);
  EXPECT_EQ(std::get<MoveTrackbar>(*parse_to_program(encode(MoveTrackbar{1, "t", 9}))).value, 9);
  const auto pressed = std::get<PressButton>(*parse_to_program(encode(PressButton{1, 2, true})));
  EXPECT_EQ(pressed.button, 2U);
  EXPECT_TRUE(pressed.on);
  EXPECT_EQ(std::get<CloseWindow>(*parse_to_program(encode(CloseWindow{5}))).window, 5U);
  EXPECT_EQ(std::get<Failed>(*parse_to_program(encode(Failed{"no"}))).message, "no");
}

TEST(Messages, WhatIsWrongIsSaidInWords) {
  EXPECT_EQ(wrong("[]"), "it is not one JSON object");
  EXPECT_EQ(wrong(R"({"window":1})"), "\"type\" must be a string");
  EXPECT_EQ(wrong(R"({"type":"program","version":2,"process":"another"})"),
            "the program's messages have version 2; this cv-launch takes only version 1");
  EXPECT_EQ(wrong(R"({"type":"program","version":0,"pid":1,"name":"p"})"),
            "\"version\" must be an integer from 1 to 2147483647");
  EXPECT_EQ(wrong(R"({"type":"shout"})"), "the message type \"shout\" is not one that a program may send");
  EXPECT_EQ(wrong(R"({"type":"close","window":0})"), "\"window\" must be an integer from 1 to 4294967295");
  EXPECT_EQ(wrong(R"({"type":"close","window":1.5})"), "\"window\" must be an integer from 1 to 4294967295");
  EXPECT_EQ(wrong(R"({"type":"memory","window":1,"slot":1073741825})"),
            "\"slot\" must be an integer from 1 to 1073741824");
  EXPECT_EQ(wrong(R"({"type":"mouse","window":1,"wanted":1})"), "\"wanted\" must be true or false");
  EXPECT_EQ(wrong(encode(Title{1, std::string(201, 'x')})), "\"title\" has 201 bytes; at most 200 are taken");
  EXPECT_EQ(wrong(encode(ShownText{1, true, std::string(2001, 'x'), 0})),
            "\"text\" has 2001 bytes; at most 2000 are taken");
  EXPECT_EQ(wrong(encode(ShownText{1, true, "", -1})), "\"ms\" must be an integer from 0 to 2147483647");
  EXPECT_EQ(wrong(R"({"type":"button","window":1,"button":1,"name":"b","kind":"knob","bar":0,"on":true})"),
            "\"kind\" must be push, check or radio");
  EXPECT_EQ(wrong(R"({"type":"button","window":1,"button":0,"name":"b","kind":"push","bar":0,"on":true})"),
            "\"button\" must be an integer from 1 to 4294967295");
  EXPECT_EQ(wrong(std::string(65537, ' ')), "a message of 65537 bytes; at most 65536 are taken");
}

TEST(Messages, AProgramTakesNoNoticeOfWhatItDoesNotKnow) {
  EXPECT_FALSE(parse_to_program(R"({"type":"dance","window":1})"));
  EXPECT_FALSE(parse_to_program(R"({"type":"key","window":1})"));
  EXPECT_FALSE(parse_to_program(R"({"type":"mouse","window":1,"event":12,"x":0,"y":0,"flags":0})"));
  EXPECT_FALSE(parse_to_program("no"));
}

TEST(Messages, NamesAreShortAndUtf8) {
  EXPECT_EQ(shown_name("edges"), "edges");
  EXPECT_EQ(shown_name(""), "");
  EXPECT_EQ(shown_name("a\xff"
                       "b"),
            "a\xef\xbf\xbd"
            "b");
  const std::string long_name = shown_name(std::string(5000, 'a') + std::string(5000, 'z'));
  EXPECT_LE(long_name.size(), kMaxName);
  EXPECT_EQ(long_name.front(), 'a');
  EXPECT_EQ(long_name.back(), 'z');
  EXPECT_LE(shown_name(std::string(1000, '\xff')).size(), kMaxName);
}

}  // namespace
}  // namespace windows
