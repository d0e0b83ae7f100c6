// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipe_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using testing::HasSubstr;

namespace {

std::string expand(std::string_view text, const Settings& settings = {}) {
  return expand_pipe_text("a.pipe", text, settings).text();
}

std::string complaint(std::string_view text, const Settings& settings = {}) {
  try {
    expand(text, settings);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(PipeFile, JoinsLinesAndDropsComments) {
  EXPECT_EQ(expand("# first\na ! # second\n  b\n! c#not-a-comment\n"), "a ! b ! c#not-a-comment");
}

TEST(PipeFile, KeepsAHashAndSpacesInQuotes) {
  EXPECT_EQ(expand("a x=\"# one  two\" ! b"), "a x=\"# one  two\" ! b");
}

TEST(PipeFile, KnowsTheLineOfEachToken) {
  const auto pipe = expand_pipe_text("a.pipe", "# c\na\n! b # d\n! c", {});
  ASSERT_EQ(pipe.tokens.size(), 5U);
  EXPECT_EQ(pipe.tokens[0].line, 2);
  EXPECT_EQ(pipe.tokens[2].line, 3);
  EXPECT_EQ(pipe.tokens[4].line, 4);
  EXPECT_EQ(pipe.place(4), "a.pipe:4");
}

TEST(PipeFile, TakesTheDefaultOrTheSetting) {
  EXPECT_EQ(expand("a w=${w:-640} x=${w}"), "a w=640 x=640");
  EXPECT_EQ(expand("a w=${w:-640} x=${w}", {{"w", "320"}}), "a w=320 x=320");
  EXPECT_EQ(expand("a w=${w:-}b"), "a w=b");
}

TEST(PipeFile, InsertsAPieceOfPipelineOutsideQuotes) {
  EXPECT_EQ(expand("${s} ! b", {{"s", "a x=1 ! c"}}), "a x=1 ! c ! b");
}

TEST(PipeFile, KeepsQuotesAndSpacesOfAValueInQuotes) {
  EXPECT_EQ(expand("a l=\"${l}\"", {{"l", "my \"film\".mp4"}}), "a l=\"my \\\"film\\\".mp4\"");
}

TEST(PipeFile, AValueIsNotExpandedAgain) {
  EXPECT_EQ(expand("a l=\"${l}\"", {{"l", "${l}"}}), "a l=\"${l}\"");
}

TEST(PipeFile, NamesAnUndefinedVariableWithItsPlace) {
  const std::string text = complaint("a\n! b x=${speed}");
  EXPECT_THAT(text, HasSubstr("a.pipe:2"));
  EXPECT_THAT(text, HasSubstr("\"speed\""));
  EXPECT_THAT(text, HasSubstr("--set speed="));
}

TEST(PipeFile, RefusesASettingThatNoVariableTakes) {
  EXPECT_THAT(complaint("a w=${width:-1} h=${height:-1}", {{"widht", "2"}}), HasSubstr("it has height, width"));
  EXPECT_THAT(complaint("a", {{"w", "2"}}), HasSubstr("it has none"));
}

TEST(PipeFile, RefusesTwoDefaults) {
  EXPECT_THAT(complaint("a w=${w:-1}\nb w=${w:-2}"), HasSubstr("a.pipe:2"));
}

TEST(PipeFile, RefusesABrokenVariable) {
  EXPECT_THAT(complaint("a\nb w=${w"), HasSubstr("a.pipe:2"));
  EXPECT_THAT(complaint("a w=${}"), HasSubstr("${name:-default}"));
}

TEST(PipeFile, NamesTheLineOfAnOpenQuote) {
  EXPECT_THAT(complaint("a\nb x=\"y\nc"), HasSubstr("a.pipe:2"));
}

TEST(PipeFile, RefusesTextThatIsNotUtf8) {
  EXPECT_THAT(complaint("a\nb \xff\xfe"), HasSubstr("a.pipe:2: not UTF-8"));
}

TEST(PipeFile, RefusesAFileOfComments) {
  EXPECT_THAT(complaint("# nothing\n\n"), HasSubstr("no pipeline in it"));
}

TEST(PipeFile, SaysWhereItLookedForAFile) {
  try {
    find_pipe_file("no-such.pipe", {"/nonexistent/one", "/nonexistent/two"});
    FAIL() << "found";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the current folder, /nonexistent/one, /nonexistent/two"));
  }
}

TEST(PipeFile, LeavesANameWithAFolderAsItIs) {
  EXPECT_EQ(find_pipe_file("./x.pipe", {"/tmp"}), "./x.pipe");
}

}  // namespace
