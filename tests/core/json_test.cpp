// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using core::json_member;
using core::json_number;
using core::OrderedJson;
using core::parse_json_object;

TEST(Json, ReadsOneObject) {
  const auto parsed = parse_json_object(" {\"a\":[1,2.5],\"b\":\"\\u00e9\"} \n");
  ASSERT_EQ(parsed.wrong, "");
  EXPECT_EQ(*json_member(parsed.object, "b"), "é");
  EXPECT_EQ(json_member(parsed.object, "c"), nullptr);
}

TEST(Json, SaysWhatElseATextIs) {
  for (const char* text :
       {"", "{", "{\"a\":NaN}", "{\"a\":01}", "// a\n{}", "{'a':1}", "{\"a\":1,}", "{\"a\":\"\xff\"}"})
    EXPECT_EQ(parse_json_object(text).wrong.substr(0, 9), "not JSON ") << text;
  for (const char* text : {"[]", "7", "null", "\"{}\"", "{} {}", "{}x", "{} [[["})
    EXPECT_EQ(parse_json_object(text).wrong, "not one JSON object") << text;
}

TEST(Json, TakesNoTextThatIsNestedWithoutEnd) {
  const auto nested = [](int depth) {
    return "{\"a\":" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
  };
  EXPECT_EQ(parse_json_object(nested(core::kMaxJsonDepth - 1)).wrong, "");
  EXPECT_EQ(parse_json_object(nested(core::kMaxJsonDepth)).wrong, "nested more than 32 deep");
  EXPECT_EQ(parse_json_object(nested(5'000'000)).wrong, "nested more than 32 deep") << "and no stack is used up";
}

TEST(Json, ANumberIsOneThatADoubleHas) {
  const auto parsed = parse_json_object(R"({"a":1,"b":-2.5,"c":"3","d":true})");
  EXPECT_EQ(json_number(json_member(parsed.object, "a")), 1);
  EXPECT_EQ(json_number(json_member(parsed.object, "b")), -2.5);
  EXPECT_EQ(json_number(json_member(parsed.object, "c")), std::nullopt);
  EXPECT_EQ(json_number(json_member(parsed.object, "d")), std::nullopt);
  EXPECT_EQ(json_number(nullptr), std::nullopt);
  EXPECT_NE(parse_json_object(R"({"a":1e999})").wrong, "");
}

TEST(Json, WritesNoNumberThatJsonLacksAndNothingThatIsNotUtf8) {
  OrderedJson json;
  json["z"] = core::json_of(std::numeric_limits<double>::quiet_NaN());
  json["a"] = core::json_of(0.1);
  json["text"] = "\xff\n";
  EXPECT_EQ(core::json_text(json), "{\"z\":null,\"a\":0.1,\"text\":\"\xEF\xBF\xBD\\n\"}");
}

}  // namespace
