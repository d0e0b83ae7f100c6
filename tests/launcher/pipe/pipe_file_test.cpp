// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipe/pipe_file.h"

#include <glib.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

using testing::HasSubstr;
using testing::Not;

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

TEST(PipeFile, AnAdjustableLineIsNoPartOfThePipeline) {
  const auto pipe = expand_pipe_text(
      "a.pipe", "a\n  adjustable model.runtime-jitter min=-0.5 max=${most:-1e3} # c\nadjustable b.c\n! b",
      {{"most", "9"}});
  EXPECT_EQ(pipe.text(), "a ! b");
  EXPECT_EQ(pipe.place(pipe.tokens[1].line), "a.pipe:4");
  ASSERT_EQ(pipe.adjustables.size(), 2U);
  const Adjustable& first = pipe.adjustables[0];
  EXPECT_EQ(first.element, "model");
  EXPECT_EQ(first.property, "runtime-jitter");
  EXPECT_EQ(first.least, -0.5);
  EXPECT_EQ(first.most, 9);
  EXPECT_EQ(first.place, "a.pipe:2");
  EXPECT_EQ(pipe.adjustables[1].name(), "b.c");
  EXPECT_EQ(pipe.adjustables[1].least, std::nullopt);
  EXPECT_EQ(expand("a x=\"\nadjustable b.c\" ! b"), "a x=\" adjustable b.c\" ! b");
  for (const char* line : {"adjustable model", "adjustable .x", "adjustable model.", "adjustable a.b.c",
                           "adjustable a.b most=3", "adjustable a.b 3", "adjustable a.b max=", "adjustable a.b max=3x",
                           "adjustable a.b max=inf", "adjustable a.b min=3 max=3"})
    EXPECT_THAT(complaint(std::string("a\n") + line), HasSubstr("a.pipe:2: ")) << line;
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

TEST(PipeFile, NamesTheVariableThatWasProbablyMeant) {
  EXPECT_THAT(complaint("a w=${width:-1} h=${height:-1}", {{"widht", "2"}}), HasSubstr("did you mean \"width\"?"));
  EXPECT_THAT(complaint("a w=${location:-1} h=${height:-1}", {{"loc", "2"}}), HasSubstr("did you mean \"location\"?"));
  EXPECT_THAT(complaint("a w=${width:-1}", {{"colour", "2"}}), Not(HasSubstr("did you mean")));
}

TEST(PipeFile, KnowsItsOwnFolderAlsoInDefaults) {
  const auto text =
      expand_pipe_text("/some/folder/a.pipe", "a x=\"${here}/m\" y=\"${c:-run '${here}/../n'}\"", {}).text();
  EXPECT_EQ(text, "a x=\"/some/folder/m\" y=\"run '/some/folder/../n'\"");
  EXPECT_THAT(complaint("a x=${here}", {{"here", "2"}}), HasSubstr("can't be set"));
}

TEST(PipeFile, RefusesTwoDefaults) {
  EXPECT_THAT(complaint("a w=${w:-1}\nb w=${w:-2}"), HasSubstr("a.pipe:2"));
}

TEST(PipeFile, RefusesABrokenVariable) {
  EXPECT_THAT(complaint("a\nb w=${w"), HasSubstr("a.pipe:2"));
  for (const char* broken :
       {"${}", "${1}", "${-a}", "${a b}", "${a/}", "${a/0}", "${a/1234567890}", "${a:b}", "${a:-b\n}"})
    EXPECT_THAT(complaint(std::string("a w=") + broken), HasSubstr("${name:-default}")) << broken;
}

TEST(PipeFile, TakesALongDefault) {
  const std::string words(900'000, 'x');
  EXPECT_EQ(expand("a x=${w:-" + words + "}"), "a x=" + words);
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

TEST(PipeFile, DividesANumber) {
  EXPECT_EQ(expand("a x=${b/1000:-1000000} y=${b}"), "a x=1000 y=1000000");
  EXPECT_EQ(expand("a x=${b/1000:-1000000}", {{"b", "1499"}}), "a x=1");
  EXPECT_EQ(expand("a x=${b/1000:-1000000}", {{"b", "1500"}}), "a x=2");
  for (const char* wrong : {"1M", "-1", "", "0x10", "99999999999999999999"}) {
    const std::string text = complaint("a\n! c x=${b/1000:-1}", {{"b", wrong}});
    EXPECT_THAT(text, HasSubstr("a.pipe:2: the variable \"b\" is \"" + std::string(wrong) + "\"")) << wrong;
    EXPECT_THAT(text, HasSubstr("whole number")) << wrong;
  }
  EXPECT_THAT(complaint("a x=${b/0:-1}"), HasSubstr("is not a variable"));
}

TEST(PipeFile, TakesAFrameRateOfCapsAsPeopleWriteIt) {
  const char* whole = "a ! video/x-raw,width=5,framerate=${rate:-30}/1 ! b";
  EXPECT_EQ(expand(whole), "a ! video/x-raw,width=5,framerate=30/1 ! b");
  for (const char* rate : {"29.97", "30000/1001"})
    EXPECT_EQ(expand(whole, {{"rate", rate}}), "a ! video/x-raw,width=5,framerate=30000/1001 ! b") << rate;
  const char* open = "video/x-raw, framerate=(fraction)${rate:-[1/1,60/1]}";
  EXPECT_EQ(expand(open), "video/x-raw, framerate=(fraction)[1/1,60/1]");
  EXPECT_EQ(expand(open, {{"rate", "25"}}), "video/x-raw, framerate=(fraction)25/1");
  EXPECT_EQ(expand(open, {{"rate", "29.97"}}), "video/x-raw, framerate=(fraction)30000/1001");
}

TEST(PipeFile, LeavesOtherNumbersAsTheyAre) {
  EXPECT_EQ(expand("a,framerate=${r}/1,b", {{"r", "abc"}}), "a,framerate=abc/1,b");
  EXPECT_EQ(expand("a,framerate=${r}/10", {{"r", "29.97"}}), "a,framerate=29.97/10");
  EXPECT_EQ(expand("a framerate=${r}", {{"r", "30"}}), "a framerate=30");
  EXPECT_EQ(expand("a location=${r}/1", {{"r", "2024/11"}}), "a location=2024/11/1");
  EXPECT_EQ(expand("a,scale=${r}/1", {{"r", "0.5"}}), "a,scale=0.5/1");
}

TEST(PipeFile, KnowsWhichVariablesAreInAToken) {
  const auto pipe = expand_pipe_text("a.pipe", "one${a:-}two x=${b:-5} ${c:-d e}", {{"b", "66"}});
  ASSERT_EQ(pipe.tokens.size(), 4U);
  ASSERT_EQ(pipe.tokens[0].insertions.size(), 1U);
  EXPECT_EQ(pipe.tokens[0].insertions[0].variable, "a");
  ASSERT_EQ(pipe.tokens[1].insertions.size(), 1U);
  EXPECT_EQ(pipe.tokens[1].insertions[0].value, "66");
  EXPECT_EQ(pipe.tokens[1].insertions[0].fallback, "5");
  EXPECT_EQ(pipe.tokens[1].insertions[0].from, 2U);
  EXPECT_EQ(pipe.tokens[1].insertions[0].to, 4U);
  for (const auto i : {2U, 3U}) {
    ASSERT_EQ(pipe.tokens[i].insertions.size(), 1U);
    EXPECT_EQ(pipe.tokens[i].insertions[0].variable, "c");
    EXPECT_EQ(pipe.tokens[i].insertions[0].to, 1U);
  }
}

class PipeInclude : public testing::Test {
 protected:
  void SetUp() override {
    g_autofree char* made = g_dir_make_tmp("pipe-include-XXXXXX", nullptr);
    folder_ = made;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(folder_ + "/" + name).parent_path());
    ASSERT_TRUE(g_file_set_contents((folder_ + "/" + name).c_str(), text.c_str(), -1, nullptr));
  }
  std::string complaint(const std::string& text, const Settings& settings = {}) {
    try {
      expand_pipe_text(folder_ + "/a.pipe", text, settings);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  std::string folder_;
};

TEST_F(PipeInclude, TakesTheTextOfAFileThatAVariableNames) {
  write("codecs/one.pipe", "# comment\n! one x=${bitrate:-5}");
  write("codecs/two.pipe", "! two x=${bitrate:-5} f=\"${here}/f\"\n");
  const std::string text = "a\n  include codecs/${codec:-one}.pipe\n! b";
  const auto one = expand_pipe_text(folder_ + "/a.pipe", text, {});
  EXPECT_EQ(one.text(), "a ! one x=5 ! b");
  EXPECT_EQ(one.place(one.tokens[2].line), folder_ + "/codecs/one.pipe:2");
  EXPECT_EQ(one.place(one.tokens[4].line), folder_ + "/a.pipe:3");
  const auto two = expand_pipe_text(folder_ + "/a.pipe", text, {{"codec", "two"}, {"bitrate", "7"}});
  EXPECT_EQ(two.text(), "a ! two x=7 f=\"" + folder_ + "/codecs/f\" ! b");
}

TEST_F(PipeInclude, LooksInTheOtherFoldersToo) {
  write("codecs/one.pipe", "! one");
  EXPECT_EQ(expand_pipe_text("/elsewhere/a.pipe", "a\ninclude codecs/one.pipe", {}, {"/nonexistent", folder_}).text(),
            "a ! one");
}

TEST_F(PipeInclude, NamesThePlaceAndWhatIsThere) {
  write("codecs/one.pipe", "! one");
  write("codecs/two.pipe", "! two");
  const std::string text = complaint("a\ninclude codecs/${codec:-one}.pipe", {{"codec", "three"}});
  EXPECT_THAT(text, HasSubstr("a.pipe:2: the file \"codecs/three.pipe\" is not there; beside it are one, two"));
}

TEST_F(PipeInclude, PlacesOfErrorsAreInTheIncludedFile) {
  write("one.pipe", "\n! one x=${level}");
  EXPECT_THAT(complaint("a\ninclude one.pipe"), HasSubstr("one.pipe:2: the variable \"level\""));
  write("one.pipe", "\n! one x=\"y");
  EXPECT_THAT(complaint("a\ninclude one.pipe"), HasSubstr("one.pipe:2: the quote"));
  write("one.pipe", "! one\n\xff");
  EXPECT_THAT(complaint("a\ninclude one.pipe"), HasSubstr("one.pipe:2: not UTF-8"));
}

TEST_F(PipeInclude, GivesVariablesTheirValuesInThatFileAndInThoseThatItIncludes) {
  write("one.pipe", "! one x=${bitrate:-5} k=${bitrate/10:-5} y=${level:-1}\ninclude two.pipe");
  write("two.pipe", "! two x=${bitrate:-5} q=\"${name:-n}\"");
  const std::string text =
      "a x=${bitrate:-500}\ninclude one.pipe bitrate=${bitrate/2:-500} name=m\n! b x=${bitrate:-500}";
  EXPECT_EQ(expand_pipe_text(folder_ + "/a.pipe", text, {}).text(),
            "a x=500 ! one x=250 k=25 y=1 ! two x=250 q=\"m\" ! b x=500");
  EXPECT_EQ(expand_pipe_text(folder_ + "/a.pipe", text, {{"bitrate", "800"}, {"level", "3"}}).text(),
            "a x=800 ! one x=400 k=40 y=3 ! two x=400 q=\"m\" ! b x=800");
}

TEST_F(PipeInclude, WhatAnIncludeGivesIsNoVariableOfThePipelineWhereNothingElseAsksForIt) {
  write("one.pipe", "! one x=${size:-5}");
  EXPECT_THAT(complaint("a\ninclude one.pipe size=7", {{"size", "9"}}), HasSubstr("no variable \"size\""));
}

TEST_F(PipeInclude, WhatAGivenValueWasMadeOfIsKnown) {
  write("one.pipe", "! one x=${size:-5}");
  const auto pipe =
      expand_pipe_text(folder_ + "/a.pipe", "a\ninclude one.pipe size=${width/2:-640}", {{"width", "80"}});
  const auto& insertions = pipe.tokens.back().insertions;
  ASSERT_EQ(insertions.size(), 1U);
  EXPECT_EQ(named(insertions), "the variable \"width\" is \"80\" (here \"40\")");
  EXPECT_EQ(
      expand_pipe_text(folder_ + "/a.pipe", "a\ninclude one.pipe size=${width/2:-640}", {{"width", "abc"}}).text(),
      "a ! one x=abc")
      << "left for the element to complain of";
}

TEST(PipeFile, GivesEachOfAListOfHostsAPort) {
  const std::string text = "a to=${nodes@5004:-127.0.0.1} too=${nodes@5004+1:-127.0.0.1}";
  EXPECT_EQ(expand(text), "a to=127.0.0.1:5004 too=127.0.0.1:5005");
  EXPECT_EQ(expand(text, {{"nodes", "one, two.example"}}),
            "a to=one:5004,two.example:5004 too=one:5005,two.example:5005");
  EXPECT_EQ(expand(text, {{"nodes", "one,two:65534"}}), "a to=one:5004,two:65534 too=one:5005,two:65535");
  for (const char* wrong :
       {"", "one,", "one:", ":80", "one:0", "one:65535", "one:x", "one:80:80", "fe80::1", "one two", "\"one"})
    EXPECT_THAT(complaint(text, {{"nodes", wrong}}),
                AllOf(HasSubstr("a.pipe:1: the variable \"nodes\" is"), HasSubstr("names or IPv4 addresses")))
        << wrong;
  for (const char* none : {"${nodes@}", "${nodes@0}", "${nodes@x}", "${nodes@100000}", "${nodes/2@5}", "${nodes@5004+}",
                           "${nodes@5004+x}", "${nodes@65535+1}"})
    EXPECT_THAT(complaint(std::string("a ") + none), HasSubstr("is not a variable")) << none;
}

TEST_F(PipeInclude, TheMarkOfGivenVariablesIsNoCharacterOfAFile) {
  EXPECT_THAT(complaint("a\n! b x=${size\x01"
                        "0:-5}"),
              HasSubstr("a.pipe:2: the control character 1"));
}

TEST_F(PipeInclude, SaysWhereAGivenValueIsNone) {
  write("one.pipe", "! one x=${size/2:-5}");
  EXPECT_THAT(complaint("a\ninclude one.pipe size=big"), HasSubstr("one.pipe:1: the variable \"size\" is \"big\""));
  EXPECT_THAT(complaint("a\ninclude one.pipe size=7 big"), HasSubstr("a.pipe:2: \"big\" is not NAME=VALUE"));
  write("my one.pipe", "! one x=${size/2:-5}");
  EXPECT_EQ(expand_pipe_text(folder_ + "/a.pipe", "a\ninclude my one.pipe size=8", {}).text(), "a ! one x=4");
}

TEST_F(PipeInclude, EndsWhenFilesIncludeEachOther) {
  write("one.pipe", "include one.pipe");
  EXPECT_THAT(complaint("a\ninclude one.pipe"), HasSubstr("include each other"));
}

TEST_F(PipeInclude, IsAWordAtTheBeginningOfALine) {
  EXPECT_EQ(expand("a include b\nincluded ! c\nx=\"\ninclude one\""), "a include b included ! c x=\" include one\"");
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
