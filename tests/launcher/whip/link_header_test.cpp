// SPDX-License-Identifier: LGPL-2.1-or-later
#include "whip/link_header.h"

#include <gtest/gtest.h>

namespace {

TEST(LinkHeader, NamesServers) {
  // the example of RFC 9725, 4.6
  EXPECT_EQ(ice_links(R"(<stun:stun.example.net>; rel="ice-server", )"
                      R"(<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; )"
                      R"(credential="myPassword"; credential-type="password")"),
            (std::vector<IceLink>{{"stun:stun.example.net", "", ""},
                                  {"turn:turn.example.net?transport=udp", "user", "myPassword"}}));
}

TEST(LinkHeader, AQuotedPasswordMayHaveAnyCharacter) {
  EXPECT_EQ(ice_links(R"(<turn:a>;rel=ice-server;username="a,b;c";credential="\"x\\")"),
            (std::vector<IceLink>{{"turn:a", "a,b;c", "\"x\\"}}));
}

TEST(LinkHeader, LeavesOtherLinksOut) {
  for (const char* text : {"", ",", "<", "<>", "turn:a; rel=ice-server", "<turn:a>", "<turn:a> rel=ice-server",
                           "<turn:a>; rel=next", "<turn:a>; title=ice-server", "<turn:a"})
    EXPECT_TRUE(ice_links(text).empty()) << text;
  EXPECT_EQ(ice_links("<https://a/next>; rel=next, <stun:a>; rel=ice-server").size(), 1U);
}

}  // namespace
