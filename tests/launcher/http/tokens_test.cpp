// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "base/user_error.h"

namespace {

using testing::HasSubstr;

constexpr const char* kToken = "0123456789abcdef";
constexpr const char* kOther = "fedcba9876543210";

template <typename Function>
std::string refusal(Function&& function) {
  try {
    function();
    return "it is taken";
  } catch (const UserError& error) {
    return error.what();
  }
}

// A file of the test's own, with this mode.
class TokenFile {
 public:
  explicit TokenFile(const std::string& text, mode_t mode = 0600) {
    path_ = testing::TempDir() + "cv-token-" + std::to_string(getpid()) + "-" + std::to_string(made_++);
    std::ofstream(path_) << text;
    chmod(path_.c_str(), mode);
  }
  ~TokenFile() { unlink(path_.c_str()); }
  TokenFile(const TokenFile&) = delete;
  TokenFile& operator=(const TokenFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  inline static int made_ = 0;
  std::string path_;
};

TEST(ParseTokens, TakesOneOfEachKind) {
  const auto tokens = parse_tokens(std::string("# ours\n\n  ") + kToken + " \r\nview " + kOther + "\n", "file");
  EXPECT_EQ(tokens.all, kToken);
  EXPECT_EQ(tokens.view, kOther);
  EXPECT_EQ(parse_tokens(kToken, "file").all, kToken);
  EXPECT_EQ(parse_tokens(std::string("view ") + kToken, "file").view, kToken);
}

TEST(ParseTokens, TakesAnyNumberForSomeStreams) {
  const auto tokens = parse_tokens(std::string("view ") + kToken + " door\nview " + kOther + " door yard\n", "file");
  EXPECT_EQ(tokens.all + tokens.view, "");
  ASSERT_EQ(tokens.some.size(), 2U);
  EXPECT_EQ(tokens.some[0].token, kToken);
  EXPECT_THAT(tokens.some[1].streams, testing::ElementsAre("door", "yard"));
  const auto said = [](const std::string& text) { return refusal([&] { parse_tokens(text, "file"); }); };
  EXPECT_THAT(said(std::string("view ") + kToken + " door a/b"), HasSubstr("line 1: \"a/b\": a stream's name has"));
  EXPECT_THAT(said(std::string("view ") + kToken + " door\nview " + kToken + " yard"),
              HasSubstr("line 2: this token stands above"));
  EXPECT_THAT(said(std::string(kToken) + " door"), HasSubstr("line 1: write a token, or \"view\""));
}

TEST(ParseTokens, NamesThePlaceOfWhatIsWrong) {
  const auto said = [](const std::string& text) { return refusal([&] { parse_tokens(text, "--token-file=a"); }); };
  EXPECT_THAT(said(""), HasSubstr("--token-file=a: there is no token in it"));
  EXPECT_THAT(said("# only this"), HasSubstr("there is no token"));
  EXPECT_THAT(said("\nshort"), HasSubstr("--token-file=a, line 2: a token of 5 characters; take 16 to 256"));
  EXPECT_THAT(said(std::string(257, 'a')), HasSubstr("of 257 characters"));
  EXPECT_THAT(said("0123456789abcde&"), HasSubstr("line 1: a token has letters, digits and"));
  EXPECT_THAT(said("0123456789abcde\xc3\xa4"), HasSubstr("a token has letters"));
  EXPECT_THAT(said("view"), HasSubstr("line 1: write a token, or \"view\" and a token"));
  EXPECT_THAT(said(std::string(kToken) + " " + kOther), HasSubstr("line 1: write a token"));
  EXPECT_THAT(said(std::string(kToken) + "\n" + kOther), HasSubstr("line 2: a second token"));
  EXPECT_THAT(said(std::string(kToken) + "\nview " + kToken), HasSubstr("must be another one"));
}

TEST(OpeningOf, OnLoopbackNeedsNothing) {
  for (const char* host : {"127.0.0.1", "127.0.0.2", "::1", "localhost"}) {
    const Opening opening = opening_of(host, false, {});
    EXPECT_FALSE(opening.access.needs_token()) << host;
    EXPECT_TRUE(opening.access.rights_of("").control) << host;
    EXPECT_FALSE(opening_of(host, true, {}).access.rights_of("").control) << "a proxy may show it to strangers";
    EXPECT_TRUE(opening_of(host, true, {}).access.rights_of("").view);
  }
}

TEST(OpeningOf, WhereOthersCanReachItMustBeSaidWhoMay) {
  for (const char* host : {"0.0.0.0", "::", "192.0.2.1"}) {
    const std::string said = refusal([&] { opening_of(host, false, {}); });
    EXPECT_THAT(said, HasSubstr("--host=" + std::string(host)));
    EXPECT_THAT(said, HasSubstr("--auth"));
    EXPECT_THAT(said, HasSubstr("--no-auth"));
    EXPECT_THAT(said, HasSubstr("--token-file"));
    const Opening open = opening_of(host, false, {.auth = false, .no_auth = true, .token_file = ""});
    EXPECT_FALSE(open.access.needs_token());
    EXPECT_FALSE(open.access.rights_of("").control) << "strangers change nothing";
  }
}

TEST(OpeningOf, MakesUpAnotherTokenEachTime) {
  const AuthOptions auth{.auth = true, .no_auth = false, .token_file = ""};
  const Opening one = opening_of("127.0.0.1", false, auth);
  const Opening other = opening_of("0.0.0.0", false, auth);
  EXPECT_THAT(one.made_up, testing::MatchesRegex("[0-9a-f]{32}"));
  EXPECT_NE(one.made_up, other.made_up);
  EXPECT_TRUE(one.access.rights_of(one.made_up).control);
  EXPECT_FALSE(one.access.rights_of(other.made_up).view);
}

TEST(OpeningOf, TakesAFileThatNobodyElseCanOpen) {
  const TokenFile file(std::string(kToken) + "\n");
  const Opening opening = opening_of("0.0.0.0", false, {.auth = false, .no_auth = false, .token_file = file.path()});
  EXPECT_TRUE(opening.access.rights_of(kToken).control);
  EXPECT_EQ(opening.made_up, "") << "who wrote it knows it";
  const auto said = [](const std::string& path) {
    return refusal([&] { opening_of("0.0.0.0", false, {.auth = false, .no_auth = false, .token_file = path}); });
  };
  for (const mode_t mode : {0640, 0604, 0620, 0602}) {
    const TokenFile open(kToken, mode);
    EXPECT_THAT(said(open.path()), HasSubstr("others than its owner may open it; chmod 600 " + open.path()));
  }
  EXPECT_THAT(said("/nowhere/token"), HasSubstr("--token-file=/nowhere/token: No such file"));
  EXPECT_THAT(said("/tmp"), HasSubstr("not a file that can be read"));
  const TokenFile large(std::string(5000, '#'));
  EXPECT_THAT(said(large.path()), HasSubstr("over 4096 bytes"));
}

TEST(OpeningOf, TakesTheEnvironmentsTokensOutOfIt) {
  setenv("CV_LAUNCH_TOKEN", kToken, 1);
  setenv("CV_LAUNCH_VIEW_TOKEN", kOther, 1);
  const Opening opening = opening_of("0.0.0.0", false, {.auth = true, .no_auth = false, .token_file = ""});
  EXPECT_EQ(opening.made_up, "");
  EXPECT_TRUE(opening.access.rights_of(kToken).control);
  EXPECT_TRUE(opening.access.rights_of(kOther).view);
  EXPECT_FALSE(opening.access.rights_of(kOther).control);
  EXPECT_EQ(std::getenv("CV_LAUNCH_TOKEN"), nullptr);
  EXPECT_EQ(std::getenv("CV_LAUNCH_VIEW_TOKEN"), nullptr);
  setenv("CV_LAUNCH_TOKEN", "short", 1);
  EXPECT_THAT(refusal([] { opening_of("127.0.0.1", false, {}); }),
              HasSubstr("CV_LAUNCH_TOKEN: a token of 5 characters"));
}

TEST(OpeningOf, RefusesWhatContradictsItself) {
  const TokenFile file(kToken);
  const auto said = [&](bool auth, bool no_auth, bool with_file) {
    return refusal([&] {
      opening_of("0.0.0.0", false, {.auth = auth, .no_auth = no_auth, .token_file = with_file ? file.path() : ""});
    });
  };
  EXPECT_THAT(said(true, true, false), HasSubstr("--no-auth and --auth contradict each other"));
  EXPECT_THAT(said(false, true, true), HasSubstr("--no-auth and --token-file contradict"));
  EXPECT_EQ(said(true, false, true), "it is taken");
  setenv("CV_LAUNCH_TOKEN", kToken, 1);
  EXPECT_THAT(said(false, false, true), HasSubstr("the environment and --token-file contradict"));
  setenv("CV_LAUNCH_TOKEN", kToken, 1);
  EXPECT_THAT(said(false, true, false), HasSubstr("--no-auth and CV_LAUNCH_TOKEN in the environment contradict"));
}

}  // namespace
