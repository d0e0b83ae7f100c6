// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

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

Control read_control(std::string_view text) {
  return parse_control(text).message;
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
  EXPECT_EQ(code_of(read_control(R"({"type":"pong","t":1})")), "unknown-type");
}

TEST(Protocol, RefusesWhatIsTooLong) {
  const std::string sdp(kMaxSignal, 'x');
  EXPECT_EQ(code_of(parse_signal(R"({"type":"answer","sdp":")" + sdp + "\"}")), "malformed");
  const std::string candidate(kMaxCandidate + 1, 'x');
  EXPECT_EQ(code_of(parse_signal(R"({"type":"candidate","sdpMLineIndex":0,"candidate":")" + candidate + "\"}")),
            "malformed");
  EXPECT_EQ(code_of(read_control(R"({"type":"ping","t":1,"x":")" + std::string(kMaxControl, 'x') + "\"}")),
            "malformed");
}

TEST(Protocol, ReadsControlMessages) {
  EXPECT_EQ(std::get<Ping>(read_control(R"({"type":"ping","t":1.5})")).t, 1.5);
  EXPECT_TRUE(std::holds_alternative<KeyFrameRequest>(read_control(R"({"type":"keyframe"})")));
  EXPECT_EQ(std::get<ResultsRequest>(read_control(R"({"type":"results","repeats":3})")).repeats, 3U);
  EXPECT_EQ(std::get<PlayoutRequest>(read_control(R"({"type":"playout","max":40950})")).max_ms, 40950U);
  EXPECT_EQ(code_of(read_control(R"({"type":"playout","max":40951})")), "malformed");
  EXPECT_EQ(code_of(read_control(R"({"type":"ping","t":"1"})")), "malformed");
  for (const char* repeats : {"-1", "4", "1.5", "1e300", "\"1\"", "null"})
    EXPECT_EQ(code_of(read_control(std::string(R"({"type":"results","repeats":)") + repeats + "}")), "malformed")
        << repeats;
}

TEST(Protocol, ReadsWhatAPropertyIsToBe) {
  const auto read = [](const char* value) {
    const std::string text = std::string(R"({"type":"set","name":"a.b","value":)") + value + "}";
    const auto set = std::get<SetRequest>(read_control(text));
    EXPECT_EQ(set.name, "a.b");
    EXPECT_EQ(std::get<SetRequest>(parse_socket(text)).value, set.value);
    return set.value;
  };
  EXPECT_EQ(read("-1.5"), Value(-1.5));
  EXPECT_EQ(read("true"), Value(true));
  EXPECT_EQ(read("\"x\""), Value(std::string("x")));
  for (const char* rest : {R"("name":"a.b")", R"("value":1)", R"("name":1,"value":1)", R"("name":"a.b","value":null)",
                           R"("name":"a.b","value":[1])", R"("name":"a.b","value":1e999)"})
    EXPECT_EQ(code_of(read_control(std::string(R"({"type":"set",)") + rest + "}")), "malformed") << rest;
}

TEST(Protocol, WritesWhatMayBeChanged) {
  Property property{"a.b", "B", "what it is", 2.5, 1.0, 0, 10, false, {}};
  EXPECT_EQ(
      encode(property, true),
      R"({"type":"property","name":"a.b","title":"B","description":"what it is","writable":true,"value":2.5,"initial":1.0,"min":0.0,"max":10.0,"whole":false})");
  property = {"a.b",        "B",          "",    std::string("one"), std::string("two"),
              std::nullopt, std::nullopt, false, {{"one", "One"}}};
  EXPECT_EQ(
      encode(property, false),
      R"({"type":"property","name":"a.b","title":"B","description":"","writable":false,"value":"one","initial":"two","choices":[{"value":"one","title":"One"}]})");
}

TEST(Protocol, ReadsWhetherVideoIsWantedAndWhatLimitsIt) {
  const auto read = [](const char* rest) {
    return std::get<VideoRequest>(read_control(std::string(R"({"type":"video",)") + rest + "}"));
  };
  EXPECT_FALSE(read(R"("wanted":false,"maxBitrate":null)").wanted);
  EXPECT_EQ(read(R"("wanted":false,"maxBitrate":null)").max_bitrate, std::nullopt);
  EXPECT_TRUE(read(R"("wanted":true,"maxBitrate":1)").wanted);
  EXPECT_EQ(read(R"("wanted":true,"maxBitrate":1)").max_bitrate, 1);
  EXPECT_EQ(read(R"("wanted":true,"maxBitrate":1000000000000)").max_bitrate, 1e12);
  EXPECT_EQ(read(R"("wanted":true,"maxBitrate":1)").max_height, std::nullopt);
  EXPECT_EQ(read(R"("wanted":true,"maxBitrate":1,"maxHeight":null)").max_height, std::nullopt);
  EXPECT_EQ(read(R"("wanted":true,"maxBitrate":1,"maxHeight":65535)").max_height, 65535U);
  for (const char* rest :
       {R"("wanted":true,"maxBitrate":1,"maxHeight":0)", R"("wanted":true,"maxBitrate":1,"maxHeight":65536)",
        R"("wanted":true,"maxBitrate":1,"maxHeight":"1")", R"("wanted":true,"maxBitrate":1,"maxHeight":1.5)",
        R"("wanted":true)", R"("maxBitrate":null)", R"("wanted":1,"maxBitrate":null)",
        R"("wanted":null,"maxBitrate":null)", R"("wanted":true,"maxBitrate":0)", R"("wanted":true,"maxBitrate":-1)",
        R"("wanted":true,"maxBitrate":1.5)", R"("wanted":true,"maxBitrate":1000000000001)",
        R"("wanted":true,"maxBitrate":1e300)", R"("wanted":true,"maxBitrate":"1")"})
    EXPECT_EQ(code_of(read_control(std::string(R"({"type":"video",)") + rest + "}")), "malformed") << rest;
}

TEST(ParseToken, TakesATokenAndNothingElse) {
  EXPECT_EQ(parse_token(R"({"type":"token","token":"abc","more":1})"), "abc");
  EXPECT_EQ(parse_token(R"({"type":"token","token":""})"), "");
  for (const char* text : {R"({"type":"token"})", R"({"type":"token","token":1})", R"({"type":"tokens","token":"abc"})",
                           R"({"token":"abc"})", "", "abc", "[]", R"({"type":"answer","sdp":"v=0"})"})
    EXPECT_EQ(parse_token(text), std::nullopt) << text;
  EXPECT_EQ(parse_token(R"({"type":"token","token":")" + std::string(2000, 'a') + "\"}"), std::nullopt);
}

TEST(Encode, SaysThatATokenIsWantedAndWhatItOpens) {
  EXPECT_EQ(encode(ServerSignal(Locked{"a token"})), R"({"type":"locked","message":"a token"})");
  EXPECT_EQ(encode(ServerSignal(AccessGiven{true})), R"({"type":"access","control":true})");
  EXPECT_EQ(encode(ServerSignal(AccessGiven{false})), R"({"type":"access","control":false})");
}

TEST(Protocol, AViewerMayAskForItsFramesByWebSocket) {
  EXPECT_TRUE(std::holds_alternative<SocketRequest>(parse_signal(R"({"type":"transport","transport":"socket"})")));
  for (const char* rest : {"", R"(,"transport":"webrtc")", R"(,"transport":null)", R"(,"transport":["socket"])"})
    EXPECT_EQ(code_of(parse_signal(std::string(R"({"type":"transport")") + rest + "}")), "malformed") << rest;
}

TEST(Protocol, ReadsAnAcknowledgement) {
  const auto ack = std::get<Ack>(parse_socket(R"({"type":"ack","number":4294967295,"at":-1.5})"));
  EXPECT_EQ(ack.number, 4294967295U);
  EXPECT_EQ(ack.at, -1.5);
  EXPECT_EQ(std::get<Ack>(parse_socket(R"({"type":"ack","number":0,"at":1e15})")).at, 1e15);
  for (const char* rest :
       {R"("number":1)", R"("at":1)", R"("number":-1,"at":1)", R"("number":1.5,"at":1)",
        R"("number":4294967296,"at":1)", R"("number":"1","at":1)", R"("number":1,"at":"1")", R"("number":1,"at":null)",
        R"("number":1,"at":1.1e15)", R"("number":1,"at":-1.1e15)", R"("number":1,"at":1e999)"})
    EXPECT_EQ(code_of(parse_socket(std::string(R"({"type":"ack",)") + rest + "}")), "malformed") << rest;
}

TEST(Protocol, ReadsWhatElseAViewerAsksByWebSocket) {
  EXPECT_EQ(std::get<Ping>(parse_socket(R"({"type":"ping","t":1.5})")).t, 1.5);
  EXPECT_TRUE(std::holds_alternative<KeyFrameRequest>(parse_socket(R"({"type":"keyframe"})")));
  EXPECT_EQ(std::get<VideoRequest>(parse_socket(R"({"type":"video","wanted":true,"maxBitrate":5})")).max_bitrate, 5);
  EXPECT_EQ(code_of(parse_socket(R"({"type":"video","wanted":1,"maxBitrate":null})")), "malformed");
  EXPECT_EQ(code_of(parse_socket(R"({"type":"ping"})")), "malformed");
  EXPECT_EQ(code_of(parse_socket("[]")), "malformed");
  EXPECT_EQ(code_of(parse_socket(R"({"type":"ping","t":1,"x":")" + std::string(kMaxControl, 'x') + "\"}")),
            "malformed");
  for (const char* text : {R"({"type":"answer","sdp":"v=0"})", R"({"type":"playout","max":1})",
                           R"({"type":"results","repeats":1})", R"({"type":"transport","transport":"socket"})"})
    EXPECT_EQ(code_of(parse_socket(text)), "unknown-type") << text;
  EXPECT_EQ(code_of(read_control(R"({"type":"ack","number":1,"at":1})")), "unknown-type");
}

TEST(Protocol, SaysWhichNumbersItTakes) {
  EXPECT_EQ(std::get<Error>(read_control(R"({"type":"video","wanted":true,"maxBitrate":0})")).message,
            R"("maxBitrate" must be an integer from 1 to 1000000000000)");
  EXPECT_EQ(std::get<Error>(read_control(R"({"type":"results","repeats":4})")).message,
            R"("repeats" must be an integer from 0 to 3)");
}

TEST(Protocol, WritesWhatTheLinkCarries) {
  EXPECT_EQ(encode(Link{0, 3, 640, 384, 690'000, std::nullopt, std::nullopt, "free"}),
            R"({"type":"link","rung":0,"rungs":3,"width":640,"height":384,"bitrate":690000.0,"framerate":null,)"
            R"("carries":null,"reason":"free"})");
  EXPECT_EQ(encode(Link{3, 3, 320, 196, 75'000, 15, 61'234.5, "too-slow"}),
            R"({"type":"link","rung":3,"rungs":3,"width":320,"height":196,"bitrate":75000.0,"framerate":15.0,)"
            R"("carries":61234.5,"reason":"too-slow"})");
}

TEST(Protocol, WritesWhatADecoderNeedsToKnow) {
  EXPECT_EQ(encode(Media{{"vp8", ""}, std::nullopt}), R"({"type":"media","video":{"codec":"vp8"},"audio":null})");
  const std::string description("\x01\x00\xff", 3);
  EXPECT_EQ(encode(Media{{"avc1.42C00D", description}, Media::Audio{"opus", 48000, 2}}),
            R"({"type":"media","video":{"codec":"avc1.42C00D","description":"AQD/"},)"
            R"("audio":{"codec":"opus","rate":48000,"channels":2}})");
}

TEST(Protocol, AFrameHasSixBytesInFrontOfIt) {
  using Header = std::array<std::uint8_t, kFrameHeader>;
  EXPECT_EQ(encode(FrameHeader{Kind::kVideo, true, false, 0x01020304}), (Header{1, 1, 1, 2, 3, 4}));
  EXPECT_EQ(encode(FrameHeader{Kind::kVideo, false, true, 0xfffefdfc}), (Header{1, 2, 0xff, 0xfe, 0xfd, 0xfc}));
  EXPECT_EQ(encode(FrameHeader{Kind::kAudio, true, true, 0}), (Header{2, 3, 0, 0, 0, 0}));
  EXPECT_EQ(encode(FrameHeader{Kind::kPadding}), (Header{3, 0, 0, 0, 0, 0}));
}

TEST(Protocol, WritesTheOfferAndWhetherTheVideoIsStamped) {
  EXPECT_EQ(encode(Offer{"v=0", false, {}}), R"({"type":"offer","sdp":"v=0","stamped":false})");
  EXPECT_EQ(encode(Offer{"v=0", true, {}}), R"({"type":"offer","sdp":"v=0","stamped":true})");
}

TEST(Protocol, WritesTheServersThatHelpAlongWithTheOffer) {
  const Offer offer{"v=0", false, {{{"stun:a:1"}, "", ""}, {{"turn:b:2", "turns:c:3"}, "user", "secret"}}};
  EXPECT_EQ(encode(offer), R"({"type":"offer","sdp":"v=0","stamped":false,"iceServers":[{"urls":["stun:a:1"]},)"
                           R"({"urls":["turn:b:2","turns:c:3"],"username":"user","credential":"secret"}]})");
}

TEST(Protocol, WritesACandidateAndAnError) {
  EXPECT_EQ(encode(Candidate{"candidate:1 1 udp", 2}),
            R"({"type":"candidate","candidate":"candidate:1 1 udp","sdpMLineIndex":2})");
  EXPECT_EQ(encode(Error{"full", "all \"16\""}), R"({"type":"error","code":"full","message":"all \"16\""})");
}

TEST(Protocol, WritesTheStream) {
  StreamInfo info;
  info.epoch = 1.5;
  EXPECT_EQ(
      encode(info),
      R"({"type":"stream","clockRate":90000,"rtpOffset":null,"epoch":1.5,"stamp":null,"state":"live","message":""})");
  info.rtp_offset = 4294967295U;
  info.stamp = Stamp{24, 8};
  info.lost = true;
  info.message = "gone \"away\"";
  EXPECT_EQ(encode(info),
            R"({"type":"stream","clockRate":90000,"rtpOffset":4294967295,"epoch":1.5,"stamp":{"rows":24,"cell":8},)"
            R"("state":"lost","message":"gone \"away\""})");
}

TEST(Protocol, WritesTheSizesOfAStreamThatHasSeveral) {
  StreamInfo info;
  info.rungs = {{640, 384, 24, 8}, {320, 180, 0, 0}};
  EXPECT_THAT(encode(info), testing::EndsWith(R"("rungs":[{"width":640,"height":384,"rows":24,"cell":8},)"
                                              R"({"width":320,"height":180,"rows":0,"cell":0}]})"));
}

Result one_circle() {
  Result found{4294967295U, "m", 2.5, 640, 360, {}};
  found.objects.push_back({"circle", 0.5, 1, 2, 3, 4, {{"radius", 1.5}, {"round", true}, {"name", std::string("é")}}});
  return found;
}

TEST(Protocol, WritesAResult) {
  Result circle = one_circle();
  circle.age = 12.5;
  EXPECT_EQ(
      encode(circle),
      R"({"type":"result","frame":4294967295,"model":"m","ms":2.5,"age":12.5,"width":640,"height":360,"whole":true,)"
      R"("objects":[)"
      R"({"radius":1.5,"round":true,"name":"é","label":"circle","confidence":0.5,"x":1.0,"y":2.0,"w":3.0,"h":4.0}]})");
}

TEST(Protocol, SaysOfWhatPictureTheCoordinatesAre) {
  Result above = one_circle();
  above.whole = false;
  EXPECT_THAT(encode(above), testing::HasSubstr(R"("height":360,"whole":false,)"));
}

TEST(Protocol, WritesAnEmptyResultAndNoNumberThatJsonLacks) {
  Result nothing{1, "m", std::numeric_limits<double>::quiet_NaN(), 1, 1, {}};
  EXPECT_EQ(encode(nothing),
            R"({"type":"result","frame":1,"model":"m","ms":null,"age":0.0,"width":1,"height":1,"whole":true,)"
            R"("objects":[]})");
}

TEST(Protocol, WritesAPong) {
  EXPECT_EQ(encode(Pong{1.5, 2.5, 3.5, std::nullopt}),
            R"({"type":"pong","t":1.5,"now":2.5,"encoded":3.5,"sent":null})");
}

TEST(Protocol, KeepsAResultUnderItsLimitAndSaysSo) {
  Result many = one_circle();
  many.objects.resize(2000, many.objects.front());
  const std::string text = encode(many);
  EXPECT_LE(text.size(), kMaxResult);
  EXPECT_GT(text.size(), kMaxResult / 2);
  EXPECT_THAT(text, testing::HasSubstr("\"truncated\":true"));
  EXPECT_EQ(core::parse_json_object(text).wrong, "");
}

TEST(Protocol, HandsOnJsonAsItIs) {
  Result found{1, "m", std::nullopt, 1, 1, {}};
  found.objects.push_back({"a", 1, 0, 0, 1, 1, {{"tags", core::OrderedJson::parse(R"(["b",null,{"c":[1,2.5]}])")}}});
  EXPECT_THAT(encode(found), testing::HasSubstr(R"("tags":["b",null,{"c":[1,2.5]}])"));
}

TEST(Protocol, SaysWhatBecameOfAModelAndKeepsItShort) {
  EXPECT_EQ(encode(ModelState{"m", "failed", "why\nlast", 1.5}),
            R"({"type":"model","model":"m","state":"failed","message":"why\nlast","since":1.5})");
  for (const std::size_t length : {500, 2000, 3000, 4000, 100'000}) {
    const std::string text = encode(ModelState{"m", "failed", "first " + std::string(length, '\x01') + " last", 1});
    EXPECT_LE(text.size(), kMaxResult);
    EXPECT_THAT(text, testing::HasSubstr("first "));
    EXPECT_THAT(text, testing::HasSubstr(" last\""));
  }
}

TEST(Protocol, KeepsTheReasonOfALostSourceShort) {
  StreamInfo info;
  info.lost = true;
  info.message = "first " + std::string(60'000, '\x01') + " last";
  const std::string text = encode(info);
  EXPECT_LE(text.size(), kMaxResult);
  EXPECT_THAT(text, testing::HasSubstr("first "));
  EXPECT_THAT(text, testing::HasSubstr(" last\""));
}

TEST(Protocol, TextThatIsNotUtf8BecomesJsonAllTheSame) {
  Result odd{1, "m\xff", std::nullopt, 1, 1, {}};
  EXPECT_THAT(encode(odd), testing::HasSubstr("\"model\":\"m\xEF\xBF\xBD\""));
}

}  // namespace
