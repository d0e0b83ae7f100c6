// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "base/user_error.h"

namespace {

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
  events.streams = [] { return std::vector<std::string>{"yard", "door"}; };
  Server server(events);
  server.listen("127.0.0.1", 0);
  const std::string page = server.url();
  const GObjectPtr<SoupSession> session(soup_session_new());
  const GObjectPtr<SoupMessage> message(
      soup_message_new("GET", ("ws" + page.substr(4) + "door/ws?token=a%20b&n=1&n=2").c_str()));
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
  EXPECT_EQ(seen->stream, "door");
  EXPECT_FALSE(seen->list);
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
