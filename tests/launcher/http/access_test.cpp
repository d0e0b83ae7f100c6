// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/access.h"

#include <gtest/gtest.h>

#include <ostream>

void PrintTo(const Rights& rights, std::ostream* out) {
  *out << (rights.view ? "view " : "") << (rights.control ? "control" : "");
}

namespace {

constexpr Rights kNone{};
constexpr Rights kView{.view = true, .control = false};
constexpr Rights kAll{.view = true, .control = true};

TEST(Access, WithoutTokensIsOpenToEverybody) {
  EXPECT_FALSE(Access().needs_token());
  EXPECT_EQ(Access().rights_of(""), kAll);
  EXPECT_EQ(Access().rights_of("anything"), kAll);
  EXPECT_EQ(Access(kView).rights_of(""), kView);
}

TEST(Access, GivesEachTokenItsRights) {
  const Access access(Tokens{.all = "0123456789abcdef", .view = "fedcba9876543210"});
  EXPECT_TRUE(access.needs_token());
  EXPECT_EQ(access.rights_of("0123456789abcdef"), kAll);
  EXPECT_EQ(access.rights_of("fedcba9876543210"), kView);
  for (const char* wrong : {"", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdeg"})
    EXPECT_EQ(access.rights_of(wrong), kNone) << wrong;
}

TEST(Access, OpensNothingByATokenThatThereIsNot) {
  const Access only_view(Tokens{.all = "", .view = "fedcba9876543210"});
  EXPECT_EQ(only_view.rights_of(""), kNone);
  EXPECT_EQ(only_view.rights_of("fedcba9876543210"), kView);
  const Access only_all(Tokens{.all = "0123456789abcdef", .view = ""});
  EXPECT_EQ(only_all.rights_of(""), kNone);
}

TEST(Access, OfSomeTokensIsForSomeStreams) {
  const Access access(Tokens{.all = "0123456789abcdef", .view = "", .some = {{"fedcba9876543210", {"door", "yard"}}}});
  EXPECT_TRUE(access.needs_token());
  EXPECT_TRUE(access.rights_of("0123456789abcdef").are_for("roof"));
  const Rights some = access.rights_of("fedcba9876543210");
  EXPECT_TRUE(some.view);
  EXPECT_FALSE(some.control);
  EXPECT_TRUE(some.are_for("door") && some.are_for("yard"));
  EXPECT_FALSE(some.are_for("roof") || some.are_for("") || some.are_for("doo"));
  EXPECT_FALSE(access.rights_of("").view);
}

TEST(WrongTokens, MakeTheirAddressWaitAfterFive) {
  WrongTokens wrong;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(wrong.wait("192.0.2.1", i), 0) << i;
    wrong.add("192.0.2.1", i);
  }
  EXPECT_EQ(wrong.wait("192.0.2.1", 4), 60);
  EXPECT_EQ(wrong.wait("192.0.2.1", 44), 20);
  EXPECT_EQ(wrong.wait("192.0.2.2", 4), 0) << "another address need not";
  EXPECT_EQ(wrong.wait("192.0.2.1", 65), 0);
}

TEST(WrongTokens, AreForgottenWhenNoneHasComeForAMinute) {
  WrongTokens wrong;
  for (int i = 0; i < 4; ++i) wrong.add("192.0.2.1", 0);
  wrong.add("192.0.2.1", 61);
  EXPECT_EQ(wrong.wait("192.0.2.1", 61), 0);
}

TEST(WrongTokens, AreRememberedOfSoManyAddressesOnly) {
  WrongTokens wrong;
  for (int i = 0; i < 5; ++i) wrong.add("192.0.2.1", 1);
  for (int i = 0; i < 999; ++i) wrong.add("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), 2);
  EXPECT_GT(wrong.wait("192.0.2.1", 2), 0);
  wrong.add("10.1.0.0", 3);
  EXPECT_EQ(wrong.wait("192.0.2.1", 3), 0) << "the oldest is forgotten first";
}

TEST(NetworkOf, IsAllThatOneMayHaveOfIPv6) {
  EXPECT_EQ(network_of("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(network_of("2001:db8:1:2::1"), "2001:db8:1:2::");
  EXPECT_EQ(network_of("::ffff:192.0.2.1"), network_of("::ffff:192.0.2.1"));
  EXPECT_NE(network_of("::ffff:192.0.2.1"), network_of("::ffff:192.0.2.2"));
  EXPECT_EQ(network_of("::1"), "::1");
  EXPECT_EQ(network_of("no address"), "no address");
}

}  // namespace
