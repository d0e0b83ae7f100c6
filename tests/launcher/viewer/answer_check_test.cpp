// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer/answer_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "viewer/candidate.h"

namespace {

const std::vector<MediaSection> kOffered{{"video", {"96", "97"}}, {"application", {"webrtc-datachannel"}}};
const std::string kPrint =
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";
const std::string kHex = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

std::string section(const std::string& media, const std::string& lines) {
  return "m=" + media + "\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n" + lines;
}

std::string print_line(const std::string& print = kPrint) {
  return "a=fingerprint:sha-256 " + print + "\r\n";
}

std::string answer(const std::string& video, const std::string& application) {
  return "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" + video + application;
}

const std::string kVideo = section("video 9 UDP/TLS/RTP/SAVPF 96", print_line() + "a=recvonly\r\n");
const std::string kApplication = section("application 9 UDP/DTLS/SCTP webrtc-datachannel", print_line());

std::string complaint(const std::string& sdp) {
  const auto checked = check_answer(sdp, kOffered);
  const auto* error = std::get_if<protocol::Error>(&checked);
  if (error) {
    EXPECT_EQ(error->code, "bad-sdp");
  }
  return error ? error->message : "";
}

TEST(AnswerCheck, TakesAGoodAnswer) {
  const auto checked = check_answer(answer(kVideo, kApplication), kOffered);
  ASSERT_TRUE(std::holds_alternative<AcceptedAnswer>(checked));
  EXPECT_EQ(std::get<AcceptedAnswer>(checked).fingerprint, kHex);
}

TEST(AnswerCheck, SaysWhetherTheViewerTellsWhatReachesIt) {
  const std::string number =
      "a=extmap:13 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n";
  const std::string feedback = "a=rtcp-fb:96 nack\r\na=rtcp-fb:96 transport-cc\r\n";
  const auto tells = [](const std::string& lines) {
    const auto video = section("video 9 UDP/TLS/RTP/SAVPF 96", print_line() + "a=recvonly\r\n" + lines);
    return std::get<AcceptedAnswer>(check_answer(answer(video, kApplication), kOffered)).transport_cc;
  };
  EXPECT_TRUE(tells(number + feedback));
  EXPECT_FALSE(tells(number));
  EXPECT_FALSE(tells(feedback));
  EXPECT_FALSE(tells(""));
}

TEST(AnswerCheck, RefusesWhatDoesNotFitTheOffer) {
  EXPECT_NE(complaint(""), "");
  EXPECT_NE(complaint("hello"), "");
  EXPECT_THAT(complaint(answer(kVideo, "")), testing::HasSubstr("1 media sections, the offer 2"));
  EXPECT_THAT(complaint(answer(kApplication, kVideo)), testing::HasSubstr("\"application\" as media section 0"));
}

TEST(AnswerCheck, RefusesAFormatThatWasNotOffered) {
  const auto other = section("video 9 UDP/TLS/RTP/SAVPF 96 35", print_line() + "a=recvonly\r\n");
  EXPECT_THAT(complaint(answer(other, kApplication)), testing::HasSubstr("35"));
}

TEST(AnswerCheck, RefusesAViewerWithoutTheCodec) {
  const auto rejected = section("video 0 UDP/TLS/RTP/SAVPF 96", print_line() + "a=recvonly\r\n");
  EXPECT_THAT(complaint(answer(rejected, kApplication)), testing::HasSubstr("codec"));
}

TEST(AnswerCheck, TellsAViewerWithoutDataChannelsSoAndNothingOfCodecs) {
  const auto rejected = section("application 0 UDP/DTLS/SCTP webrtc-datachannel", print_line());
  EXPECT_THAT(complaint(answer(kVideo, rejected)),
              testing::AllOf(testing::HasSubstr("media section 1 (application)"),
                             testing::HasSubstr("no data channels"), testing::Not(testing::HasSubstr("codec"))));
}

TEST(AnswerCheck, RefusesAViewerThatWantsToSend) {
  const auto sending = section("video 9 UDP/TLS/RTP/SAVPF 96", print_line() + "a=sendrecv\r\n");
  const auto silent = section("video 9 UDP/TLS/RTP/SAVPF 96", print_line());  // no direction means sendrecv
  EXPECT_THAT(complaint(answer(sending, kApplication)), testing::HasSubstr("only receive"));
  EXPECT_THAT(complaint(answer(silent, kApplication)), testing::HasSubstr("only receive"));
}

TEST(AnswerCheck, WantsOneSha256Fingerprint) {
  const auto with = [](const std::string& lines) {
    return answer(section("video 9 UDP/TLS/RTP/SAVPF 96", lines + "a=recvonly\r\n"),
                  section("application 9 UDP/DTLS/SCTP webrtc-datachannel", ""));
  };
  std::string other = kPrint;
  other[0] = 'F';
  EXPECT_EQ(complaint(with(print_line() + print_line())), "");
  EXPECT_NE(complaint(with("")), "");
  EXPECT_NE(complaint(with(print_line() + print_line(other))), "");
  EXPECT_NE(complaint(with(print_line(kPrint + ":00"))), "");
  EXPECT_NE(complaint(with(print_line("xyz"))), "");
  EXPECT_NE(complaint(with("a=fingerprint:sha-1 " + kPrint + "\r\n")), "");
}

TEST(AnswerCheck, WantsIceCredentials) {
  EXPECT_THAT(complaint(answer("m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" + print_line() + "a=recvonly\r\n", kApplication)),
              testing::HasSubstr("ICE"));
}

const std::string kUdp = "a=candidate:1 1 UDP 2130706431 192.0.2.1 50000 typ host generation 0 network-cost 10\r\n";
const std::string kIpv6 = "a=candidate:2 1 udp 1 2001:db8::1 9 typ srflx raddr 0.0.0.0 rport 0\r\n";
const std::string kTcp = "a=candidate:3 1 TCP 2105458943 192.0.2.1 9 typ host tcptype active\r\n";
const std::string kName = "a=candidate:4 1 UDP 2113937151 0c1a2b3d-4e5f.local 50000 typ host\r\n";

std::string with_candidates(const std::string& lines) {
  return answer(kVideo + lines, kApplication);
}

// The candidates that go on to webrtcbin.
std::vector<std::string> candidates_of(const std::string& sdp) {
  auto checked = check_answer(sdp, kOffered);
  std::vector<std::string> found;
  if (!std::holds_alternative<AcceptedAnswer>(checked)) return {"refused"};
  const GstSDPMedia* media = gst_sdp_message_get_media(std::get<AcceptedAnswer>(checked).sdp.get(), 0);
  for (guint n = 0; const char* value = gst_sdp_media_get_attribute_val_n(media, "candidate", n); ++n)
    found.push_back("a=candidate:" + std::string(value) + "\r\n");
  return found;
}

TEST(AnswerCheck, CandidatesInsideAnAnswerAreHeldToTheRuleOfTrickledOnes) {
  EXPECT_THAT(candidates_of(with_candidates("")), testing::IsEmpty());
  EXPECT_THAT(candidates_of(with_candidates(kName + kUdp + kTcp + kName + kIpv6 + kTcp + "a=end-of-candidates\r\n")),
              testing::ElementsAre(kUdp, kIpv6));
  for (const char* wrong :
       {"a=candidate\r\n", "a=candidate:\r\n", "a=candidate:1 1 UDP 1 192.0.2.1 9\r\n",
        "a=candidate:1 1 UDP 1 192.0.2.1 65536 typ host\r\n", "a=candidate:1 1 UDP 1 ../etc/passwd 9 typ host\r\n"})
    EXPECT_THAT(complaint(with_candidates(kUdp + wrong)),
                testing::HasSubstr("in media section 0 (video), which is not an ICE candidate"))
        << wrong;
}

TEST(AnswerCheck, ALongCandidateInsideAnAnswerIsNoDanger) {
  const std::string words(60'000, 'x');
  EXPECT_THAT(complaint(with_candidates("a=candidate:1 1 UDP 1 192.0.2.1 9 typ host " + words + "\r\n")),
              testing::HasSubstr("not an ICE candidate"));
}

TEST(AnswerCheck, TakesNotMoreCandidatesThanWouldBeTrickled) {
  std::string lines;
  for (unsigned i = 0; i < kMaxCandidates; ++i) lines += kUdp;
  EXPECT_EQ(complaint(with_candidates(lines)), "");
  EXPECT_THAT(complaint(with_candidates(lines + kTcp)), testing::HasSubstr("more than 50 candidates"));
}

TEST(AnswerCheck, ComparesTheCertificateByItsSha256) {
  // SHA-256 of the three bytes "abc" (FIPS 180-2, B.1)
  const std::string pem = "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n";
  const std::string hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_TRUE(certificate_matches(pem, hash));
  EXPECT_FALSE(certificate_matches(pem, kHex));
  EXPECT_FALSE(certificate_matches("", hash));
  EXPECT_FALSE(certificate_matches("-----END CERTIFICATE-----", hash));
}

}  // namespace
