// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipe/pipe_parts.h"

#include <gtest/gtest.h>

namespace {

struct Parsed {
  explicit Parsed(std::string_view text, const Settings& settings = {})
      : pipe(expand_pipe_text("a.pipe", text, settings)), parts(parts_of(pipe)) {}
  PipeText pipe;
  PipeParts parts;
};

TEST(PipeParts, KnowsWhichElementAPropertyBelongsTo) {
  const Parsed parsed("one a=1 two b=\"x \\\" y\" c::d=2 ! three t. ! four e=5 ( five f=6 )");
  const auto& elements = parsed.parts.elements;
  ASSERT_EQ(elements.size(), 5U);
  EXPECT_EQ(elements[0].factory, "one");
  ASSERT_EQ(elements[0].properties.size(), 1U);
  EXPECT_EQ(elements[0].properties[0].name, "a");
  ASSERT_EQ(elements[1].properties.size(), 2U);
  EXPECT_EQ(elements[1].properties[0].value, "x \" y");
  EXPECT_EQ(elements[1].properties[1].name, "c::d");
  EXPECT_TRUE(elements[2].properties.empty());
  EXPECT_EQ(elements[3].factory, "four");
  EXPECT_EQ(elements[4].factory, "five");
  EXPECT_EQ(elements[4].properties[0].value, "6");
}

TEST(PipeParts, KnowsTheFieldsOfCapsAndTheirVariables) {
  const Parsed parsed("a ! video/x-raw(memory:X), width=${w:-1}, format={ A,B },rate=[1/1,${r:-60/1}] ! b");
  ASSERT_EQ(parsed.parts.caps.size(), 1U);
  const auto& caps = parsed.parts.caps[0];
  EXPECT_EQ(caps.first, 2U);
  EXPECT_EQ(caps.media.text, "video/x-raw(memory:X)");
  EXPECT_TRUE(caps.media.insertions.empty());
  ASSERT_EQ(caps.fields.size(), 3U);
  EXPECT_EQ(caps.fields[0].name, "width");
  ASSERT_EQ(caps.fields[0].insertions.size(), 1U);
  EXPECT_EQ(caps.fields[0].insertions[0].variable, "w");
  EXPECT_EQ(caps.fields[1].text, "format={ A,B }");
  EXPECT_TRUE(caps.fields[1].insertions.empty());
  ASSERT_EQ(caps.fields[2].insertions.size(), 1U);
  EXPECT_EQ(caps.fields[2].insertions[0].value, "60/1");
}

TEST(PipeParts, AVariableMayBeTheMediaTypeOrSeveralWords) {
  const Parsed parsed("a ! ${format:-video/x-raw},width=5 ! ${model:-b}", {{"model", "c command=\"d e\" f=${g}"}});
  ASSERT_EQ(parsed.parts.caps.size(), 1U);
  ASSERT_EQ(parsed.parts.caps[0].media.insertions.size(), 1U);
  EXPECT_TRUE(parsed.parts.caps[0].fields[0].insertions.empty());
  const auto& model = parsed.parts.elements.at(1);
  EXPECT_EQ(model.factory, "c");
  ASSERT_EQ(model.properties.size(), 2U);
  EXPECT_EQ(model.properties[0].value, "d e");
  EXPECT_EQ(model.properties[0].token->insertions.at(0).variable, "model");
}

TEST(PipeParts, LeavesOutWhatItCanNotTellApart) {
  EXPECT_TRUE(Parsed("a!b").parts.elements.empty());
  EXPECT_TRUE(Parsed("a ! video/x-raw,width=5;video/x-h264 ! b").parts.caps.empty());
  EXPECT_TRUE(Parsed("file:///film.webm").parts.elements.empty());
}

}  // namespace
