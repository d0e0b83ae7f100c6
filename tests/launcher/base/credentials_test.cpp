// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/credentials.h"

#include <gtest/gtest.h>

namespace {

TEST(Credentials, WhatStandsBeforeTheAtIsHidden) {
  EXPECT_EQ(without_credentials("can't open rtsp://jo:secret@host:554/a?b=c: no"),
            "can't open rtsp://***@host:554/a?b=c: no");
  EXPECT_EQ(without_credentials("location=\"http://jo@host/\" and 'https://a:b@c/'"),
            "location=\"http://***@host/\" and 'https://***@c/'");
}

TEST(Credentials, APasswordMayHaveCharactersOfAnAddress) {
  EXPECT_EQ(without_credentials("rtsp://jo:p@ss/w:rd?#@host/x"), "rtsp://***@host/x");
}

TEST(Credentials, SoAreNamesAndPasswordsInPropertiesOfTheirOwn) {
  EXPECT_EQ(without_credentials("rtspsrc user-id=jo user-pw=\"a \\\" b\" ! x"), "rtspsrc user-id=*** user-pw=*** ! x");
}

TEST(Credentials, AQuotedValueEndsWithItsQuote) {
  EXPECT_EQ(without_credentials("password='a\\'\nb\"' x"), "password=*** x");
  EXPECT_EQ(without_credentials("password=\"a\" proxy-pw=b'c'"), "password=*** proxy-pw=***'c'");
}

TEST(Credentials, ALongTextIsNoDanger) {
  const std::string words(900'000, 'x');
  EXPECT_EQ(without_credentials("a://" + words), "a://" + words);
  EXPECT_EQ(without_credentials("a://" + words + "@b password=\"" + words + "\""), "a://***@b password=***");
}

TEST(Credentials, OtherTextStaysAsItIs) {
  for (const char* text : {"", "rtsp://host/a b@c", "write to a@b.c", "sctp-association-id=5", "http://host/",
                           "x_password=1", "password=", "password=\"open", "a://b://c"})
    EXPECT_EQ(without_credentials(text), text);
}

}  // namespace
