// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer/ice_servers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/user_error.h"

namespace {

using Kind = IceServer::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

template <typename Function>
std::string refusal(Function&& function) {
  try {
    function();
    return "it is taken";
  } catch (const UserError& error) {
    return error.what();
  }
}

TEST(ParseStun, TakesANameOrAnAddress) {
  const auto url = [](const char* text) { return parse_stun(text).url(); };
  EXPECT_EQ(url("stun.example"), "stun:stun.example:3478");
  EXPECT_EQ(url("stun:stun.example"), "stun:stun.example:3478");
  EXPECT_EQ(url("stun.example:19302"), "stun:stun.example:19302");
  EXPECT_EQ(url("192.0.2.1:1"), "stun:192.0.2.1:1");
  EXPECT_EQ(url("192.0.2.1:65535"), "stun:192.0.2.1:65535");
  EXPECT_EQ(url("[2001:db8::1]"), "stun:[2001:db8::1]:3478");
  EXPECT_EQ(url("stun:[2001:db8::1]:3479"), "stun:[2001:db8::1]:3479");
  EXPECT_EQ(url("b\xc3\xbc"
                "cher.example"),
            "stun:xn--bcher-kva.example:3478")
      << "as DNS writes it";
  const IceServer server = parse_stun("[2001:db8::1]:3479");
  EXPECT_EQ(server.kind, Kind::kStun);
  EXPECT_EQ(server.host, "2001:db8::1") << "as it is connected to";
  EXPECT_EQ(server.port, 3479U);
  EXPECT_FALSE(server.tcp);
  EXPECT_EQ(server.address, "") << "nobody has asked it yet";
}

TEST(ParseStun, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "stun:",
                           ":3478",
                           "stun://a.example",
                           "stuns:a.example",
                           "turn:a.example",
                           "http://a.example",
                           "a.example:0",
                           "a.example:65536",
                           "a.example:-1",
                           "a.example:x",
                           "a.example:3478:3478",
                           "a.example/",
                           "a.example?transport=udp",
                           "a.example#x",
                           "me@a.example",
                           "me:secret@a.example",
                           "2001:db8::1",
                           "[2001:db8::1",
                           "[a.example]",
                           "a b",
                           " a.example",
                           "a.example\n",
                           "a%20b",
                           "a%0ab",
                           "a%3ab",
                           "a,b",
                           "a\"b",
                           "[fe80::1%25eth0]",
                           "[::1%25lo]",
                           "[fe80::1%eth0]"})
    EXPECT_EQ(refusal([&] { parse_stun(text); }), "--stun=" + std::string(text) + ": write HOST or HOST:PORT");
}

TEST(ParseTurn, TakesUdpTcpAndTls) {
  const auto url = [](const char* text) { return parse_turn(text).url(); };
  EXPECT_EQ(url("turn.example"), "turn:turn.example:3478?transport=udp");
  EXPECT_EQ(url("turn:turn.example"), "turn:turn.example:3478?transport=udp");
  EXPECT_EQ(url("turn:turn.example?transport=udp"), "turn:turn.example:3478?transport=udp");
  EXPECT_EQ(url("turn:turn.example:80?transport=tcp"), "turn:turn.example:80?transport=tcp");
  EXPECT_EQ(url("192.0.2.1?transport=tcp"), "turn:192.0.2.1:3478?transport=tcp");
  EXPECT_EQ(url("turn:[2001:db8::1]"), "turn:[2001:db8::1]:3478?transport=udp");
  EXPECT_EQ(url("[2001:db8::1]:81?transport=tcp"), "turn:[2001:db8::1]:81?transport=tcp");
  EXPECT_EQ(url("turns:turn.example"), "turns:turn.example:5349?transport=tcp");
  EXPECT_EQ(url("turns:turn.example:443?transport=tcp"), "turns:turn.example:443?transport=tcp");
  EXPECT_EQ(parse_turn("turn.example").kind, Kind::kTurn);
  EXPECT_FALSE(parse_turn("turn.example").tcp);
  EXPECT_TRUE(parse_turn("turn.example?transport=tcp").tcp);
  EXPECT_EQ(parse_turn("turns:turn.example").kind, Kind::kTurns);
  EXPECT_TRUE(parse_turn("turns:turn.example").tcp) << "which carries TLS";
}

// Who is told what a URL means takes it again.
TEST(ParseTurn, TakesWhatItWrites) {
  for (const char* text : {"turn:a.example:1?transport=udp", "turn:192.0.2.1:3478?transport=tcp",
                           "turn:[2001:db8::1]:9?transport=udp", "turns:a.example:443?transport=tcp"})
    EXPECT_EQ(parse_turn(text).url(), text);
  EXPECT_EQ(parse_stun("stun:[2001:db8::1]:9").url(), "stun:[2001:db8::1]:9");
}

TEST(ParseTurn, RefusesWhatIsNone) {
  for (const char* text :
       {"", "turn:", "turns:", "turn:?transport=udp", "turn:a.example?transport=sctp", "turn:a.example?transport=TCP",
        "turn:a.example?transport=udp?transport=tcp", "turns:a.example?transport=udp", "turn:a.example:0",
        "turn:a.example:70000", "turn://a.example", "turn:me:secret@a.example", "turn:a.example?transport=tcp&x",
        "stun:a.example", "turn:2001:db8::1"})
    EXPECT_THAT(refusal([&] { parse_turn(text); }),
                StartsWith("--turn=" + std::string(text) + ": write turn:HOST[:PORT], with ?transport=tcp"));
}

TEST(ParseTurn, TlsNeedsAName) {
  for (const char* text : {"turns:192.0.2.1", "turns:192.0.2.1:443", "turns:[2001:db8::1]?transport=tcp"})
    EXPECT_THAT(refusal([&] { parse_turn(text); }), HasSubstr("write that, not its address"));
  EXPECT_EQ(refusal([] { parse_turn("turn:192.0.2.1"); }), "it is taken");
}

TEST(TurnCredentials, ASecretMakesALoginForAnHour) {
  const auto credentials = TurnCredentials::parse("# coturn's\n\n  secret  north \r\n", "file");
  const auto login = credentials.login(1'700'000'000, "viewer1");
  EXPECT_EQ(login.user, "1700003600:viewer1");
  // printf 1700003600:viewer1 | openssl dgst -sha1 -hmac north -binary | base64
  EXPECT_EQ(login.password, "zbuUGaVZ52ATn2dgKo8pjk86EAA=");
  EXPECT_NE(credentials.login(1'700'000'001, "viewer1").password, login.password);
  EXPECT_NE(credentials.login(1'700'000'000, "viewer2").password, login.password);
}

TEST(TurnCredentials, AUserIsWhatItIs) {
  const auto credentials = TurnCredentials::parse("user me my#word", "file");
  for (const std::int64_t now : {0, 1'700'000'000}) {
    EXPECT_EQ(credentials.login(now, "viewer1").user, "me");
    EXPECT_EQ(credentials.login(now, "viewer1").password, "my#word");
  }
}

TEST(TurnCredentials, AreOneLineOfTwoKinds) {
  for (const char* text : {"secret", "secret a b", "user me", "user me my word", "north", "Secret north",
                           "secret a\nsecret b", "user me word\nsecret a", "secret a\nnonsense"})
    EXPECT_EQ(refusal([&] { TurnCredentials::parse(text, "--turn-file=a"); }),
              "--turn-file=a: write one line, \"secret SECRET\" or \"user NAME PASSWORD\"")
        << text;
  for (const char* text : {"", "\n \n", "# secret north"})
    EXPECT_THAT(refusal([&] { TurnCredentials::parse(text, "--turn-file=a"); }),
                StartsWith("--turn-file=a: nothing is in it"))
        << text;
}

// A file of the test's own that nobody else may open.
class SecretFile {
 public:
  explicit SecretFile(const std::string& text)
      : path_(testing::TempDir() + "cv-turn-" + std::to_string(getpid()) + "-" + std::to_string(made_++)) {
    std::ofstream(path_) << text;
    chmod(path_.c_str(), 0600);
  }
  ~SecretFile() { unlink(path_.c_str()); }
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  inline static int made_ = 0;
  std::string path_;
};

TEST(TurnCredentials, AreFoundInAFileOrTheEnvironment) {
  const SecretFile file("user me word\n");
  EXPECT_EQ(TurnCredentials::find(file.path(), true).login(0, "").user, "me");
  setenv("CV_LAUNCH_TURN_SECRET", "north", 1);
  EXPECT_EQ(TurnCredentials::find("", true).login(1'700'000'000, "viewer1").password, "zbuUGaVZ52ATn2dgKo8pjk86EAA=");
  EXPECT_EQ(std::getenv("CV_LAUNCH_TURN_SECRET"), nullptr);
  setenv("CV_LAUNCH_TURN_USER", "you", 1);
  setenv("CV_LAUNCH_TURN_PASSWORD", "p w", 1);
  const auto fixed = TurnCredentials::find("", true).login(0, "viewer1");
  EXPECT_EQ(fixed.user, "you");
  EXPECT_EQ(fixed.password, "p w");
  EXPECT_EQ(std::getenv("CV_LAUNCH_TURN_USER"), nullptr);
  EXPECT_EQ(std::getenv("CV_LAUNCH_TURN_PASSWORD"), nullptr);
}

TEST(TurnCredentials, AreLookedForInOnePlace) {
  const SecretFile file("secret north");
  const auto said = [&](bool with_file, bool needed) {
    return refusal([&] { TurnCredentials::find(with_file ? file.path() : "", needed); });
  };
  EXPECT_EQ(said(false, false), "it is taken");
  EXPECT_THAT(said(false, true), StartsWith("--turn: who may use it? --turn-file=FILE"));
  EXPECT_EQ(said(true, false), "--turn-file without --turn: name the server too");
  setenv("CV_LAUNCH_TURN_SECRET", "north", 1);
  EXPECT_THAT(said(true, true), HasSubstr("contradict each other"));
  setenv("CV_LAUNCH_TURN_SECRET", "north", 1);
  setenv("CV_LAUNCH_TURN_USER", "me", 1);
  EXPECT_THAT(said(false, true), HasSubstr("contradict each other"));
  for (const char* alone : {"CV_LAUNCH_TURN_USER", "CV_LAUNCH_TURN_PASSWORD"}) {
    setenv(alone, "me", 1);
    EXPECT_THAT(said(false, true), HasSubstr("need each other"));
  }
  setenv("CV_LAUNCH_TURN_SECRET", "north", 1);
  EXPECT_EQ(said(false, false), "it is taken") << "the environment may be another program's too";
}

TEST(ParsePorts, TakesARange) {
  const PortRange ports = parse_ports("50000-50999");
  EXPECT_EQ(ports.min, 50000U);
  EXPECT_EQ(ports.max, 50999U);
  EXPECT_EQ(parse_ports("1024-65535").min, 1024U);
  EXPECT_EQ(parse_ports("1024-65535").max, 65535U);
  EXPECT_EQ(parse_ports("5000-5000").max, 5000U);
}

TEST(ParsePorts, RefusesWhatIsNone) {
  for (const char* text : {"", "-", "50000", "50000-", "-50000", "50000-49999", "1023-50000", "0-50000", "50000-65536",
                           "50000 - 50999", "50000-50999 ", "+50000-50999", "50000-50999-51000", "a-b", "0xc350-50999",
                           "50000--50999", "99999999999999999999-50999"})
    EXPECT_THAT(refusal([&] { parse_ports(text); }), StartsWith("--udp-ports=" + std::string(text) + ": write MIN-MAX"))
        << text;
}

TEST(CheckPorts, EachViewerNeedsTwo) {
  EXPECT_EQ(refusal([] { check_ports({}, 1000); }), "it is taken") << "any port is good";
  EXPECT_EQ(refusal([] { check_ports({50000, 50019}, 10); }), "it is taken");
  EXPECT_THAT(refusal([] {
                check_ports({50000, 50018}, 10);
              }),
              AllOf(StartsWith("--udp-ports=50000-50018: 19 ports are too few for 10 viewers"), HasSubstr("take 20")));
  EXPECT_EQ(refusal([] { check_ports({5000, 5001}, 1); }), "it is taken");
  EXPECT_THAT(refusal([] { check_ports({5000, 5000}, 1); }), HasSubstr("1 ports are too few"));
}

std::string front(const std::string& candidate, const std::string& address = "192.0.2.7") {
  return in_front(candidate, address).value_or("none");
}

TEST(InFront, IsTheSamePortAtThePublicAddress) {
  EXPECT_EQ(front("candidate:1 1 UDP 2015363327 10.0.0.2 50000 typ host"),
            "candidate:1n 1 UDP 1679819007 192.0.2.7 50000 typ srflx raddr 10.0.0.2 rport 50000");
  EXPECT_EQ(front("candidate:2 1 UDP 2015363583 fd00::2 50001 typ host", "2001:db8::7"),
            "candidate:2n 1 UDP 1679819263 2001:db8::7 50001 typ srflx raddr fd00::2 rport 50001");
}

// RFC 8445, 5.1.2: the type is the highest byte; which of this machine's addresses is better stays.
TEST(InFront, IsTriedBehindADirectWay) {
  const auto priority_of = [](const std::string& priority) {
    std::istringstream words(front("candidate:1 1 UDP " + priority + " 10.0.0.2 50000 typ host"));
    std::string word;
    for (int i = 0; i < 4; ++i) words >> word;
    return std::stoull(word);
  };
  for (const unsigned own : {2130706431U, 2015363327U, 0U, 0xffffffffU}) {
    const auto priority = priority_of(std::to_string(own));
    EXPECT_EQ(priority >> 24, 100U);
    EXPECT_EQ(priority & 0xffffff, own & 0xffffff);
  }
  EXPECT_EQ(priority_of("nonsense"), 100ULL << 24);
}

TEST(InFront, TheOtherKindOfAddressHasNoNat) {
  EXPECT_EQ(front("candidate:1 1 UDP 1 fd00::2 50000 typ host"), "none");
  EXPECT_EQ(front("candidate:1 1 UDP 1 10.0.0.2 50000 typ host", "2001:db8::7"), "none");
}

TEST(InFront, OnlyWhatOthersReachIsInFront) {
  for (const char* own : {"127.0.0.1", "127.8.9.1", "169.254.1.2"})
    EXPECT_EQ(front("candidate:1 1 UDP 1 " + std::string(own) + " 50000 typ host"), "none") << own;
  for (const char* own : {"::1", "fe80::1"})
    EXPECT_EQ(front("candidate:1 1 UDP 1 " + std::string(own) + " 50000 typ host", "2001:db8::7"), "none") << own;
}

TEST(InFront, OnlyWhatIsOfThisMachineIsInFront) {
  EXPECT_EQ(front("candidate:1 1 UDP 1 198.51.100.3 50000 typ srflx raddr 10.0.0.2 rport 50000"), "none");
  EXPECT_EQ(front("candidate:1 1 UDP 1 198.51.100.3 50000 typ relay raddr 10.0.0.2 rport 50000"), "none");
  EXPECT_EQ(front("candidate:1 1 UDP 1 198.51.100.3 50000 typ prflx raddr 10.0.0.2 rport 50000"), "none");
  for (const char* text : {"", "candidate:", "candidate:1 1 UDP 1", "candidate:1 1 UDP 1 x.local 50000 typ host",
                           "candidate:1 1 UDP 1 10.0.0.2 50000 typ", "candidate:1 1 UDP 1 10.0.0.2 50000"})
    EXPECT_EQ(front(text), "none") << text;
}

TEST(ToldTo, IsStunWithoutALoginAndTurnWithIt) {
  Ice ice;
  EXPECT_TRUE(ice.told_to({"me", "word"}).empty());
  ice.servers = {parse_turn("turn:a.example"), parse_stun("b.example"), parse_turn("turns:a.example")};
  ice.servers.front().address = "192.0.2.1";
  const auto told = ice.told_to({"me", "word"});
  ASSERT_EQ(told.size(), 2U);
  EXPECT_THAT(told[0].urls, ElementsAre("stun:b.example:3478"));
  EXPECT_EQ(told[0].username, "") << "which no STUN server needs to know";
  EXPECT_EQ(told[0].credential, "");
  EXPECT_THAT(told[1].urls, ElementsAre("turn:a.example:3478?transport=udp", "turns:a.example:5349?transport=tcp"))
      << "the name, not the address: viewers may have another one";
  EXPECT_EQ(told[1].username, "me");
  EXPECT_EQ(told[1].credential, "word");
  ice.servers = {parse_stun("b.example")};
  EXPECT_EQ(ice.told_to({}).size(), 1U);
  ice.servers = {parse_turn("a.example")};
  EXPECT_EQ(ice.told_to({"me", "word"}).front().username, "me");
}

}  // namespace
