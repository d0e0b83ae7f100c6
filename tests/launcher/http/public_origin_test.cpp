// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/public_origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"

namespace {

TEST(PublicOrigin, IsWrittenAsBrowsersWriteIt) {
  EXPECT_EQ(public_origin("https://hub.example"), "https://hub.example");
  EXPECT_EQ(public_origin("https://Hub.Example/"), "https://hub.example");
  EXPECT_EQ(public_origin("https://hub.example:443"), "https://hub.example");
  EXPECT_EQ(public_origin("http://hub.example:443"), "http://hub.example:443");
  EXPECT_EQ(public_origin("http://192.0.2.7:8000"), "http://192.0.2.7:8000");
  EXPECT_EQ(public_origin("https://[2001:DB8::1]:8443"), "https://[2001:db8::1]:8443");
  EXPECT_EQ(public_origin("https://[2001:0db8:0:0::1]"), "https://[2001:db8::1]");
  EXPECT_EQ(public_origin("https://bücher.example"), "https://xn--bcher-kva.example");
}

TEST(PublicOrigin, IsRefusedWithWhatItShouldBe) {
  for (const char* text : {"", "hub.example", "//hub.example", "ftp://hub.example", "https://",
                           "https://hub.example/path", "https://user@hub.example", "https://hub.example?a",
                           "https://hub.example#a", "https://hub.example:port", "*"}) {
    try {
      public_origin(text);
      FAIL() << text;
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("--public-origin=" + std::string(text) + ": ")) << text;
      EXPECT_THAT(error.what(), testing::HasSubstr("https://hub.example")) << text;
    }
  }
}

}  // namespace
