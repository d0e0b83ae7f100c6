// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/stream_path.h"

#include <gtest/gtest.h>

namespace {

TEST(StreamName, IsWhatMayStandInAddressesLabelsAndOptions) {
  for (const std::string& name :
       {std::string("a"), std::string("7"), std::string("door-2_b"), std::string("Wstream"), std::string(64, 'x')})
    EXPECT_TRUE(is_stream_name(name)) << name;
  for (const std::string& name :
       {std::string(), std::string("-a"), std::string("_a"), std::string("a/b"), std::string("a b"), std::string("a.b"),
        std::string("über"), std::string("a\0b", 3), std::string(65, 'x'), std::string(300, 'x')})
    EXPECT_FALSE(is_stream_name(name)) << name;
  for (const char* taken : {"ws", "streams", "healthz", "metrics"}) EXPECT_FALSE(is_stream_name(taken)) << taken;
}

TEST(StreamPath, BeginsWithTheName) {
  struct Case {
    const char* path;
    const char* stream;
    const char* rest;
  };
  for (const auto& [path, stream, rest] :
       {Case{"/", "", "/"}, Case{"/page.js", "", "/page.js"}, Case{"/ws", "", "/ws"}, Case{"/streams", "", "/streams"},
        Case{"/door", "door", ""}, Case{"/door/", "door", "/"}, Case{"/door/page.js", "door", "/page.js"},
        Case{"/door/ws", "door", "/ws"}, Case{"/door/ws/x", "door", "/ws/x"}, Case{"/ws/x", "", "/ws/x"},
        Case{"//door/", "", "//door/"}, Case{"", "", ""}}) {
    const StreamPath split = split_path(path);
    EXPECT_EQ(split.stream, stream) << path;
    EXPECT_EQ(split.rest, rest) << path;
  }
}

TEST(StreamNames, AreEachOnceAndNotWithoutEnd) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(stream_names("door,yard"), (Names{"door", "yard"}));
  EXPECT_EQ(stream_names(",door,,a b,yard,door,ws,/"), (Names{"door", "yard"}));
  EXPECT_EQ(stream_names(""), Names());
  EXPECT_EQ(stream_names(","), Names());
  std::string many;
  for (int i = 0; i < 100; ++i) many += "s" + std::to_string(i) + ",";
  EXPECT_EQ(stream_names(many).size(), 64U);
  EXPECT_EQ(stream_names(many).back(), "s63");
}

TEST(NoStream, NamesThoseThatAre) {
  EXPECT_EQ(no_stream("dor", {"door", "yard"}), "there is no stream \"dor\"; there is: door, yard");
  EXPECT_EQ(no_stream("dor", {}), "there is no stream \"dor\"");
  EXPECT_EQ(no_stream("", {"door", "yard"}),
            "there are several streams: add the name of one to the address: door, yard");
  EXPECT_EQ(no_stream("", {}), "there is no stream");
}

}  // namespace
