// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media/results.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/gst_ptr.h"
#include "read_result.h"

namespace {

using cvgst::is_inference;
using cvgst::read_result;

class ResultsTest : public testing::Test {
 protected:
  void SetUp() override {
    gst_init(nullptr, nullptr);
    gst_video_info_set_format(&info_, GST_VIDEO_FORMAT_I420, 640, 360);
  }
  static void register_meta() {
    const char* tags[] = {nullptr};
    if (!gst_meta_get_info("CvInferenceMeta"))
      gst_meta_register_custom("CvInferenceMeta", tags, nullptr, nullptr, nullptr);
  }
  BufferPtr buffer_{gst_buffer_new()};
  GstVideoInfo info_{};
};

TEST_F(ResultsTest, AFrameWithNothingOnItIsAResultToo) {
  const auto result = read_result(buffer_.get(), info_, 7, "circles");
  EXPECT_EQ(result.frame, 7U);
  EXPECT_EQ(result.model, "circles");
  EXPECT_FALSE(result.ms);
  EXPECT_EQ(result.width, 640);
  EXPECT_EQ(result.height, 360);
  EXPECT_TRUE(result.objects.empty());
}

TEST_F(ResultsTest, ReadsAnyDetectorsRegions) {
  auto* roi = gst_buffer_add_video_region_of_interest_meta(buffer_.get(), "person", 10, 20, 30, 40);
  gst_video_region_of_interest_meta_add_param(
      roi, gst_structure_new("detection", "confidence", G_TYPE_DOUBLE, 0.75, "label", G_TYPE_STRING, "cyclist", "track",
                             G_TYPE_INT, 5, "near", G_TYPE_BOOLEAN, TRUE, "inner", GST_TYPE_CAPS, nullptr, nullptr));
  gst_video_region_of_interest_meta_add_param(roi, gst_structure_new("other", "x", G_TYPE_INT, 1, nullptr));
  gst_buffer_add_video_region_of_interest_meta(buffer_.get(), "dog", 1, 2, 3, 4);
  const auto result = read_result(buffer_.get(), info_, 0, "m");
  ASSERT_EQ(result.objects.size(), 2U);
  const auto& person = result.objects[0];
  EXPECT_EQ(person.label, "cyclist");
  EXPECT_EQ(person.confidence, 0.75);
  EXPECT_EQ(person.x, 10);
  EXPECT_EQ(person.h, 40);
  ASSERT_EQ(person.details.size(), 2U);
  EXPECT_EQ(person.details[0].name, "track");
  EXPECT_EQ(std::get<double>(person.details[0].value), 5);
  EXPECT_EQ(std::get<bool>(person.details[1].value), true);
  EXPECT_EQ(result.objects[1].label, "dog");
  EXPECT_FALSE(result.objects[1].confidence);
}

TEST_F(ResultsTest, ReadsListsOfPointsJsonAndABoxWithFractions) {
  g_auto(GValue) numbers = G_VALUE_INIT;
  gst_value_array_init(&numbers, 2);
  for (const double number : {1.5, 2.0}) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, G_TYPE_DOUBLE);
    g_value_set_double(&value, number);
    gst_value_array_append_and_take_value(&numbers, &value);
  }
  GstStructure* params = gst_structure_new("detection", "x", G_TYPE_DOUBLE, -1.25, "w", G_TYPE_DOUBLE, 30.5, "json",
                                           G_TYPE_STRING, R"({"tags":["a",null]})", nullptr);
  gst_structure_set_value(params, "point", &numbers);
  auto* roi = gst_buffer_add_video_region_of_interest_meta(buffer_.get(), "a", 0, 20, 29, 40);
  gst_video_region_of_interest_meta_add_param(roi, params);
  const auto object = read_result(buffer_.get(), info_, 0, "m").objects.at(0);
  EXPECT_EQ(object.x, -1.25);
  EXPECT_EQ(object.y, 20);
  EXPECT_EQ(object.w, 30.5);
  ASSERT_EQ(object.details.size(), 2U);
  EXPECT_EQ(object.details[0].name, "tags");
  EXPECT_EQ(std::get<core::OrderedJson>(object.details[0].value).dump(), R"(["a",null])");
  EXPECT_EQ(std::get<core::OrderedJson>(object.details[1].value).dump(), "[1.5,2.0]");
}

TEST_F(ResultsTest, AFrameThatTheModelDidNotSeeIsNoInference) {
  EXPECT_TRUE(is_inference(buffer_.get()));
  register_meta();
  auto* meta = gst_buffer_add_custom_meta(buffer_.get(), "CvInferenceMeta");
  EXPECT_TRUE(is_inference(buffer_.get()));
  gst_structure_set(gst_custom_meta_get_structure(meta), "skipped", G_TYPE_BOOLEAN, TRUE, nullptr);
  EXPECT_FALSE(is_inference(buffer_.get()));
}

TEST_F(ResultsTest, TakesModelAndTimeFromTheInferenceMeta) {
  register_meta();
  auto* meta = gst_buffer_add_custom_meta(buffer_.get(), "CvInferenceMeta");
  gst_structure_set(gst_custom_meta_get_structure(meta), "model", G_TYPE_STRING, "hough", "duration", G_TYPE_UINT64,
                    12'500'000 * guint64{1}, nullptr);
  const auto result = read_result(buffer_.get(), info_, 0, "m");
  EXPECT_EQ(result.model, "hough");
  EXPECT_EQ(result.ms, 12.5);
}

}  // namespace
