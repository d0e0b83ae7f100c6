// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipe/udp_clients.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

// Each as "client at sink"; without a sink where it may be one or the other.
std::vector<std::string> unfound(const std::string& text) {
  const PipeText pipe = expand_pipe_text("a.pipe", text, {});
  g_autoptr(GError) error = nullptr;
  gst_init(nullptr, nullptr);
  g_autoptr(GstElement) pipeline = gst_parse_launch(pipe.text().c_str(), &error);
  EXPECT_FALSE(error) << error->message;
  std::vector<std::string> out;
  for (const auto& [client, sink] : unfound_clients(pipe, pipeline))
    out.push_back(sink ? client + " at " + GST_OBJECT_NAME(sink.get()) : client);
  return out;
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(UdpClients, NamesThoseThatCanNotBeFoundAndTheirSink) {
  EXPECT_THAT(unfound("fakesrc ! multiudpsink name=a clients=127.0.0.1:1"), IsEmpty());
  EXPECT_THAT(unfound("fakesrc ! multiudpsink name=a clients=127.0.0.1:1,no.invalid:1"),
              ElementsAre("no.invalid:1 at a"));
}

TEST(UdpClients, OfSeveralSinksTheRightOneIsFound) {
  EXPECT_THAT(unfound("fakesrc ! multiudpsink name=a clients=no.invalid:1 "
                      "fakesrc ! multiudpsink name=b clients=127.0.0.1:2,no.invalid:2 "
                      "fakesrc ! multiudpsink name=c clients=127.0.0.1:2"),
              UnorderedElementsAre("no.invalid:1 at a", "no.invalid:2 at b"));
  EXPECT_THAT(unfound("fakesrc ! multiudpsink name=a clients=no.invalid:1 fakesrc ! rtpsink "
                      "rtp_rtp_udpsink0::clients=no.invalid:5 rtp_rtcp_udpsink0::clients=no.invalid:6"),
              UnorderedElementsAre("no.invalid:1 at a", "no.invalid:5 at rtp_rtp_udpsink0",
                                   "no.invalid:6 at rtp_rtcp_udpsink0"));
}

TEST(UdpClients, WhereItMayBeOneOrTheOtherNoneIsNamed) {
  EXPECT_THAT(unfound("fakesrc ! multiudpsink name=a clients=no.invalid:1 "
                      "fakesrc ! multiudpsink name=b clients=no.invalid:2"),
              UnorderedElementsAre("no.invalid:1", "no.invalid:2"));
}

}  // namespace
