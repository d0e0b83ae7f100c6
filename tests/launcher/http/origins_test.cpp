// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/origins.h"

#include <glib.h>
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

TEST(Origins, TakesAnOriginThatIsItsOwnPage) {
  const Origins origins;
  EXPECT_TRUE(origins.origin_allowed("http://127.0.0.1:8080", "127.0.0.1:8080", true));
  EXPECT_TRUE(origins.origin_allowed("https://cam.example", "cam.example", true));  // behind a proxy that ends TLS
}

TEST(Origins, TakesAPublicOriginWhateverTheProxyMakesOfHost) {
  const Origins origins({"https://hub.example", "http://door.example:8000"});
  for (const char* host : {"127.0.0.1:8080", "hub.example", "hub.example:443", "door.example:8000"}) {
    EXPECT_TRUE(origins.host_allowed(host, true)) << host;
    EXPECT_TRUE(origins.origin_allowed("https://hub.example", host, true)) << host;
    EXPECT_TRUE(origins.origin_allowed("http://door.example:8000", host, true)) << host;
    for (const char* origin : {"", "http://hub.example", "http://door.example", "https://hub.example:8443",
                               "https://hub.example.evil.example", "https://evil.example"})
      EXPECT_FALSE(origins.origin_allowed(origin, host, true)) << origin << " at " << host;
  }
  for (const char* host : {"evil.example", "a.hub.example", "hub.example.evil.example"})
    EXPECT_FALSE(origins.host_allowed(host, true)) << host;
}

TEST(Origins, TakesItsOwnPageThoughAProxyIsOnThisMachineToo) {
  const Origins origins({"http://127.0.0.1:8888"});
  EXPECT_TRUE(origins.origin_allowed("http://127.0.0.1:8080", "127.0.0.1:8080", true));
  EXPECT_TRUE(origins.origin_allowed("http://127.0.0.1:8888", "127.0.0.1:8080", true));
  EXPECT_FALSE(origins.origin_allowed("http://127.0.0.1:9999", "127.0.0.1:8080", true));
}

TEST(Origins, RefusesOtherOrigins) {
  for (const char* origin : {"", "null", "http://evil.example", "http://127.0.0.1:8081",
                             "http://127.0.0.1:8080.evil.example", "ftp://127.0.0.1:8080", "127.0.0.1:8080", "http://"})
    EXPECT_FALSE(Origins().origin_allowed(origin, "127.0.0.1:8080", true)) << origin;
}

TEST(Origins, OnLoopbackServesLoopbackNamesOnly) {
  const Origins origins;
  for (const char* host : {"127.0.0.1:8080", "localhost:9000", "localhost", "[::1]:80", "127.0.0.2"})
    EXPECT_TRUE(origins.host_allowed(host, true)) << host;
  for (const char* host : {"", "evil.example", "192.0.2.7:8080", "127.0.0.1.evil.example", "localhost.evil.example"})
    EXPECT_FALSE(origins.host_allowed(host, true)) << host;
}

TEST(Origins, ForOtherMachinesServesAddressesAndItsOwnName) {
  const Origins origins;
  const std::string own = g_get_host_name();
  for (const std::string& host :
       {std::string("192.0.2.7:8080"), std::string("[2001:db8::1]:80"), own + ":8080", own + ".local"})
    EXPECT_TRUE(origins.host_allowed(host, false)) << host;
  EXPECT_FALSE(origins.host_allowed("rebound.example:8080", false));
}

TEST(Origins, TakesTheKeyOfFramesOffThePath) {
  const Origins origins({}, {}, "0123456789abcdef");
  for (const auto& [path, below] : {std::pair("/0123456789abcdef/", "/"), {"/0123456789abcdef/door/ws", "/door/ws"}}) {
    EXPECT_TRUE(origins.without_key(path).has_key) << path;
    EXPECT_EQ(origins.without_key(path).path, below);
  }
  for (const char* path : {"", "/", "/door/", "/0123456789abcdef", "/0123456789abcdee/", "//0123456789abcdef/",
                           "/door/0123456789abcdef/", "0123456789abcdef/"}) {
    EXPECT_FALSE(origins.without_key(path).has_key) << path;
    EXPECT_EQ(origins.without_key(path).path, path);
  }
  EXPECT_FALSE(Origins().without_key("//").has_key) << "there is none";
}

}  // namespace
