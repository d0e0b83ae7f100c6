// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "glib_ptr.h"

using namespace protocol;

namespace {

std::string code_of(const auto& message) {
  const auto* error = std::get_if<Error>(&message);
  return error ? error->code : "";
}

TEST(Protocol, ReadsAnAnswer) {
  const auto message = parse_signal(R"({"type":"answer","sdp":"v=0","more":[1]})");
  ASSERT_TRUE(std::holds_alternative<Answer>(message));
  EXPECT_EQ(std::get<Answer>(message).sdp, "v=0");
}

TEST(Protocol, ReadsACandidate) {
  const auto message = parse_signal(R"({"type":"candidate","candidate":"candidate:1","sdpMLineIndex":1})");
  ASSERT_TRUE(std::holds_alternative<Candidate>(message));
  EXPECT_EQ(std::get<Candidate>(message).mline, 1U);
}

TEST(Protocol, MalformedInputIsAValue) {
  for (const char* text :
       {"", "{", R"({"type":"answer","sdp":"v=0"} {})", R"({"type":"answer","sdp":"}"}])", "[]", "null", "7",
        "\"answer\"", "{}", R"({"type":7})", R"({"type":"answer"})", R"({"type":"answer","sdp":7})",
        R"({"type":"answer","sdp":null})", R"({"type":"candidate","candidate":"c"})",
        R"({"type":"candidate","candidate":"c","sdpMLineIndex":"0"})",
        R"({"type":"candidate","candidate":"c","sdpMLineIndex":-1})",
        R"({"type":"candidate","candidate":"c","sdpMLineIndex":0.5})",
        R"({"type":"candidate","candidate":"c","sdpMLineIndex":1e99})",
        R"({"type":"candidate","candidate":{},"sdpMLineIndex":0})"})
    EXPECT_EQ(code_of(parse_signal(text)), "malformed") << text;
}

TEST(Protocol, TellsAnUnknownTypeFromMalformedInput) {
  EXPECT_EQ(code_of(parse_signal(R"({"type":"offer","sdp":"v=0"})")), "unknown-type");
  EXPECT_EQ(code_of(parse_control(R"({"type":"pong","t":1})")), "unknown-type");
}

TEST(Protocol, RefusesWhatIsTooLong) {
  const std::string sdp(kMaxSignal, 'x');
  EXPECT_EQ(code_of(parse_signal(R"({"type":"answer","sdp":")" + sdp + "\"}")), "malformed");
  const std::string candidate(kMaxCandidate + 1, 'x');
  EXPECT_EQ(code_of(parse_signal(R"({"type":"candidate","sdpMLineIndex":0,"candidate":")" + candidate + "\"}")),
            "malformed");
  EXPECT_EQ(code_of(parse_control(R"({"type":"ping","t":1,"x":")" + std::string(kMaxControl, 'x') + "\"}")),
            "malformed");
}

TEST(Protocol, ReadsControlMessages) {
  EXPECT_EQ(std::get<Ping>(parse_control(R"({"type":"ping","t":1.5})")).t, 1.5);
  EXPECT_TRUE(std::holds_alternative<KeyFrameRequest>(parse_control(R"({"type":"keyframe"})")));
  EXPECT_EQ(code_of(parse_control(R"({"type":"ping","t":"1"})")), "malformed");
}

TEST(Protocol, WritesTheStream) {
  StreamInfo info;
  info.epoch = 1.5;
  EXPECT_EQ(
      stream(info),
      R"({"type":"stream","clockRate":90000,"rtpOffset":null,"epoch":1.5,"stamp":null,"state":"live","message":""})");
  info.rtp_offset = 4294967295U;
  info.stamp = Stamp{24, 8};
  info.lost = true;
  info.message = "gone \"away\"";
  EXPECT_EQ(stream(info),
            R"({"type":"stream","clockRate":90000,"rtpOffset":4294967295,"epoch":1.5,"stamp":{"rows":24,"cell":8},)"
            R"("state":"lost","message":"gone \"away\""})");
}

Result one_circle() {
  Result found{4294967295U, "m", 2.5, 640, 360, {}};
  found.objects.push_back({"circle", 0.5, 1, 2, 3, 4, {{"radius", 1.5}, {"round", true}, {"name", std::string("é")}}});
  return found;
}

TEST(Protocol, WritesAResult) {
  EXPECT_EQ(
      result(one_circle()),
      R"({"type":"result","frame":4294967295,"model":"m","ms":2.5,"width":640,"height":360,"objects":[)"
      R"({"radius":1.5,"round":true,"name":"é","label":"circle","confidence":0.5,"x":1.0,"y":2.0,"w":3.0,"h":4.0}]})");
}

TEST(Protocol, WritesAnEmptyResultAndNoNumberThatJsonLacks) {
  Result nothing{1, "m", std::numeric_limits<double>::quiet_NaN(), 1, 1, {}};
  EXPECT_EQ(result(nothing), R"({"type":"result","frame":1,"model":"m","ms":null,"width":1,"height":1,"objects":[]})");
}

TEST(Protocol, KeepsAResultUnderItsLimitAndSaysSo) {
  Result many = one_circle();
  many.objects.resize(2000, many.objects.front());
  const std::string text = result(many);
  EXPECT_LE(text.size(), kMaxResult);
  EXPECT_GT(text.size(), kMaxResult / 2);
  EXPECT_THAT(text, testing::HasSubstr("\"truncated\":true"));
  EXPECT_TRUE(JsonNodePtr(json_from_string(text.c_str(), nullptr)));
}

TEST(Protocol, TextThatIsNotUtf8BecomesJsonAllTheSame) {
  Result odd{1, "m\xff", std::nullopt, 1, 1, {}};
  EXPECT_TRUE(g_utf8_validate(result(odd).c_str(), -1, nullptr));
}

}  // namespace
