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

TEST(Credentials, OtherTextStaysAsItIs) {
  for (const char* text : {"", "rtsp://host/a b@c", "write to a@b.c", "sctp-association-id=5", "http://host/"})
    EXPECT_EQ(without_credentials(text), text);
}

}  // namespace
