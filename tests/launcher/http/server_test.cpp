// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "base/user_error.h"

namespace {

TEST(Server, TakesAnOriginThatIsItsOwnPage) {
  const Server server({});
  EXPECT_TRUE(server.origin_allowed("http://127.0.0.1:8080", "127.0.0.1:8080"));
  EXPECT_TRUE(server.origin_allowed("https://cam.example", "cam.example"));  // behind a proxy that ends TLS
}

TEST(Server, TakesAPublicOriginWhateverTheProxyMakesOfHost) {
  Server server({}, Access(), {"https://hub.example", "http://door.example:8000"});
  server.listen("127.0.0.1", 0);
  for (const char* host : {"127.0.0.1:8080", "hub.example", "hub.example:443", "door.example:8000"}) {
    EXPECT_TRUE(server.host_allowed(host)) << host;
    EXPECT_TRUE(server.origin_allowed("https://hub.example", host)) << host;
    EXPECT_TRUE(server.origin_allowed("http://door.example:8000", host)) << host;
    for (const char* origin : {"", "http://hub.example", "http://door.example", "https://hub.example:8443",
                               "https://hub.example.evil.example", "https://evil.example"})
      EXPECT_FALSE(server.origin_allowed(origin, host)) << origin << " at " << host;
  }
  for (const char* host : {"evil.example", "a.hub.example", "hub.example.evil.example"})
    EXPECT_FALSE(server.host_allowed(host)) << host;
}

TEST(Server, TakesItsOwnPageThoughAProxyIsOnThisMachineToo) {
  Server server({}, Access(), {"http://127.0.0.1:8888"});
  server.listen("127.0.0.1", 0);
  EXPECT_TRUE(server.origin_allowed("http://127.0.0.1:8080", "127.0.0.1:8080"));
  EXPECT_TRUE(server.origin_allowed("http://127.0.0.1:8888", "127.0.0.1:8080"));
  EXPECT_FALSE(server.origin_allowed("http://127.0.0.1:9999", "127.0.0.1:8080"));
}

TEST(Server, RefusesOtherOrigins) {
  for (const char* origin : {"", "null", "http://evil.example", "http://127.0.0.1:8081",
                             "http://127.0.0.1:8080.evil.example", "ftp://127.0.0.1:8080", "127.0.0.1:8080", "http://"})
    EXPECT_FALSE(Server({}).origin_allowed(origin, "127.0.0.1:8080")) << origin;
}

TEST(Server, OnLoopbackServesLoopbackNamesOnly) {
  Server server({});
  server.listen("127.0.0.1", 0);
  for (const char* host : {"127.0.0.1:8080", "localhost:9000", "localhost", "[::1]:80", "127.0.0.2"})
    EXPECT_TRUE(server.host_allowed(host)) << host;
  for (const char* host : {"", "evil.example", "192.0.2.7:8080", "127.0.0.1.evil.example", "localhost.evil.example"})
    EXPECT_FALSE(server.host_allowed(host)) << host;
}

TEST(Server, ForOtherMachinesServesAddressesAndItsOwnName) {
  Server server({});
  server.listen("0.0.0.0", 0);
  const std::string own = g_get_host_name();
  for (const std::string& host :
       {std::string("192.0.2.7:8080"), std::string("[2001:db8::1]:80"), own + ":8080", own + ".local"})
    EXPECT_TRUE(server.host_allowed(host)) << host;
  EXPECT_FALSE(server.host_allowed("rebound.example:8080"));
}

TEST(Server, SaysHowToChooseAnotherPort) {
  Server first({});
  first.listen("127.0.0.1", 0);
  const std::string url = first.url();
  const auto port = static_cast<unsigned>(std::stoul(url.substr(url.rfind(':') + 1)));
  Server second({});
  try {
    second.listen("127.0.0.1", port);
    FAIL() << "took a port that was taken";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("--port="));
  }
}

// Who connects has said more than hello: a token may be in it.
TEST(Server, TellsWhoConnectsAndWhatForWithWhichQuery) {
  std::optional<Request> seen;
  bool closed = false;
  Server::Events events;
  events.connected = [&](const std::shared_ptr<Peer>& peer) { seen = peer->request(); };
  events.closed = [&](const std::shared_ptr<Peer>&) { closed = true; };
  Server server(events);
  server.listen("127.0.0.1", 0);
  const std::string page = server.url();
  const GObjectPtr<SoupSession> session(soup_session_new());
  const GObjectPtr<SoupMessage> message(
      soup_message_new("GET", ("ws" + page.substr(4) + "ws?token=a%20b&n=1&n=2").c_str()));
  const std::string origin = page.substr(0, page.size() - 1);
  GObjectPtr<SoupWebsocketConnection> connection;
  soup_session_websocket_connect_async(
      session.get(), message.get(), origin.c_str(), nullptr, G_PRIORITY_DEFAULT, nullptr,
      [](GObject* from, GAsyncResult* result, gpointer into) {
        static_cast<GObjectPtr<SoupWebsocketConnection>*>(into)->reset(
            soup_session_websocket_connect_finish(SOUP_SESSION(from), result, nullptr));
      },
      &connection);
  while (!seen || !connection) g_main_context_iteration(nullptr, TRUE);
  EXPECT_EQ(seen->path, "/ws");
  EXPECT_EQ(seen->address, "127.0.0.1");
  EXPECT_THAT(seen->query, testing::ElementsAre(testing::Pair("n", "2"), testing::Pair("token", "a b")));
  soup_websocket_connection_close(connection.get(), SOUP_WEBSOCKET_CLOSE_NORMAL, nullptr);
  while (!closed) g_main_context_iteration(nullptr, TRUE);
}

TEST(Server, RefusesAHostThatIsNoAddress) {
  Server server({});
  EXPECT_THROW(server.listen("not an address", 0), UserError);
}

}  // namespace
