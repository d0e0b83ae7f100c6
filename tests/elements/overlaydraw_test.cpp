// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

#include "frames.h"

namespace {

GstVideoRegionOfInterestMeta* add_region(GstBuffer* buffer, const char* type, guint x, guint y, guint w, guint h) {
  return gst_buffer_add_video_region_of_interest_meta(buffer, type, x, y, w, h);
}

void add_circle(GstVideoRegionOfInterestMeta* region, double x, double y, double radius, double confidence = 1) {
  gst_video_region_of_interest_meta_add_param(
      region, gst_structure_new("detection", "center-x", G_TYPE_DOUBLE, x, "center-y", G_TYPE_DOUBLE, y, "radius",
                                G_TYPE_DOUBLE, radius, "confidence", G_TYPE_DOUBLE, confidence, nullptr));
}

struct Drawn {
  GstVideoInfo info;
  Ptr<GstBuffer> buffer;
  int at(int x, int y) const { return sample_at(info, buffer.get(), 0, x, y); }
  bool empty() const { return bytes_of(info, buffer.get()) == bytes_of(info, black_frame(info).get()); }
};

template <typename AddRegions>
Drawn draw(const std::string& properties, AddRegions add_regions, const std::string& format = "GRAY8") {
  const auto caps = caps_text(format, 321, 243);
  const auto info = info_of(caps);
  const auto harness = play("overlaydraw " + properties, caps);
  auto frame = black_frame(info);
  add_regions(frame.get());
  return {info, Ptr<GstBuffer>(gst_harness_push_and_pull(harness.get(), frame.release()))};
}

constexpr char kWhite[] = "color=0xffffffff show-label=false show-confidence=false line-width=2 ";

}  // namespace

TEST(OverlayDraw, draws_the_box_of_a_region_of_any_detector_in_every_format) {
  for (const auto& format : kFormats) {
    const auto drawn = draw(
        kWhite, [](GstBuffer* b) { add_region(b, "person", 100, 50, 80, 60); }, format);
    const int black = GST_VIDEO_INFO_IS_RGB(&drawn.info) ? 0 : 16;
    EXPECT_GE(drawn.at(100, 50), 235) << format;
    EXPECT_GE(drawn.at(179, 109), 235) << format;
    EXPECT_EQ(drawn.at(98, 50), black) << format;
    EXPECT_EQ(drawn.at(140, 80), black) << format;
    EXPECT_EQ(drawn.at(180, 110), black) << format;
  }
}

TEST(OverlayDraw, draws_a_circle_from_its_params_and_from_its_box_where_there_are_none) {
  const auto exact =
      draw(kWhite, [](GstBuffer* b) { add_circle(add_region(b, "circle", 60, 60, 80, 80), 100, 100, 30); });
  EXPECT_GT(exact.at(130, 100), 250);
  EXPECT_EQ(exact.at(140, 100), 16);
  const auto box_only = draw(kWhite, [](GstBuffer* b) { add_region(b, "circle", 60, 60, 80, 80); });
  EXPECT_GT(box_only.at(140, 100), 250);
  EXPECT_EQ(box_only.at(60, 60), 16) << "no box around it";
}

TEST(OverlayDraw, shape_is_by_type_or_by_property) {
  const auto add = [](const char* type) { return [=](GstBuffer* b) { add_region(b, type, 60, 60, 80, 80); }; };
  EXPECT_EQ(draw(std::string(kWhite) + "shape=box", add("circle")).at(60, 60), 255);
  EXPECT_EQ(draw(std::string(kWhite) + "shape=circle", add("person")).at(60, 60), 16);
  EXPECT_EQ(draw(std::string(kWhite) + "shape=circle", add("person")).at(60, 100), 255);
}

TEST(OverlayDraw, draws_truth_only_when_named_and_only_the_types_that_are_named) {
  const auto both = [](GstBuffer* b) {
    add_region(b, "truth", 10, 10, 40, 40);
    add_region(b, "person", 100, 100, 40, 40);
  };
  const std::string box = std::string(kWhite) + "shape=box ";
  const auto normal = draw(box, both);
  EXPECT_EQ(normal.at(10, 10), 16);
  EXPECT_EQ(normal.at(100, 100), 255);
  const auto truth = draw(box + "types=truth", both);
  EXPECT_EQ(truth.at(10, 10), 255);
  EXPECT_EQ(truth.at(100, 100), 16);
  const auto named = draw(box + "types=\"truth, person\"", both);
  EXPECT_EQ(named.at(10, 10), 255);
  EXPECT_EQ(named.at(100, 100), 255);
}

TEST(OverlayDraw, writes_label_and_confidence_above_the_box) {
  const auto text_pixels = [](const std::string& properties, bool with_label) {
    const auto drawn = draw("color=0xffffffff " + properties, [&](GstBuffer* b) {
      auto* region = add_region(b, "person", 100, 100, 80, 60);
      auto* params = gst_structure_new("detection", "confidence", G_TYPE_DOUBLE, 0.5, nullptr);
      if (with_label) gst_structure_set(params, "label", G_TYPE_STRING, "a much longer label", nullptr);
      gst_video_region_of_interest_meta_add_param(region, params);
    });
    int count = 0;
    for (int y = 60; y < 98; ++y) {
      for (int x = 0; x < 321; ++x) count += drawn.at(x, y) != 16 ? 1 : 0;
    }
    return count;
  };
  const int normal = text_pixels("", false);
  EXPECT_GT(normal, 0);
  EXPECT_GT(text_pixels("", true), normal) << "the label, not the type";
  EXPECT_LT(text_pixels("show-confidence=false", false), normal);
  EXPECT_LT(text_pixels("show-label=false", false), normal);
  EXPECT_EQ(text_pixels("show-label=false show-confidence=false", false), 0);
  EXPECT_GT(text_pixels("font-scale=0.8", false), normal);
}

namespace {

// The picture with this written at a region.
std::vector<std::uint8_t> written(const std::string& label, double confidence, const std::string& text = "") {
  const auto drawn = draw("color=0xffffffff font-scale=0.2 line-width=1", [&](GstBuffer* b) {
    auto* params = gst_structure_new("detection", "label", G_TYPE_STRING, label.c_str(), "confidence", G_TYPE_DOUBLE,
                                     confidence, nullptr);
    if (!text.empty()) gst_structure_set(params, "text", G_TYPE_STRING, text.c_str(), nullptr);
    gst_video_region_of_interest_meta_add_param(add_region(b, "person", 5, 60, 80, 60), params);
  });
  return bytes_of(drawn.info, drawn.buffer.get());
}

// While it lives, numbers have a decimal comma, as in German. Which locales a machine has is not known, so this writes
// one: a file of glibc's that localedef made, with nothing in it but this comma.
class DecimalComma {
 public:
  DecimalComma() {
    std::filesystem::create_directories(folder_ / "comma");
    constexpr std::array<std::uint8_t, 63> kNumeric{
        0x14, 0x11, 0x03, 0x20, 0x06, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, 0x22, 0x00, 0x00, 0x00,
        0x24, 0x00, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x30, 0x00, 0x00, 0x00,
        0x2c, 0x00, 0x2e, 0x00, 0x03, 0x03, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x2e, 0x00, 0x00, 0x00,
        0x41, 0x4e, 0x53, 0x49, 0x5f, 0x58, 0x33, 0x2e, 0x34, 0x2d, 0x31, 0x39, 0x36, 0x38, 0x00};
    std::ofstream(folder_ / "comma/LC_NUMERIC", std::ios::binary)
        .write(reinterpret_cast<const char*>(kNumeric.data()), kNumeric.size());
    setenv("LOCPATH", folder_.c_str(), 1);
    std::setlocale(LC_NUMERIC, "comma");
  }
  ~DecimalComma() {
    std::setlocale(LC_NUMERIC, "C");
    unsetenv("LOCPATH");
    std::filesystem::remove_all(folder_);
  }
  DecimalComma(const DecimalComma&) = delete;
  DecimalComma& operator=(const DecimalComma&) = delete;

 private:
  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("decimal-comma-" + std::to_string(getpid()));
};

}  // namespace

TEST(OverlayDraw, writes_the_same_confidence_in_a_language_with_a_decimal_comma) {
  const auto usual = written("person", 0.87);
  const DecimalComma german;
  ASSERT_STREQ(localeconv()->decimal_point, ",");
  EXPECT_TRUE(written("person", 0.87) == usual);
}

TEST(OverlayDraw, writes_letters_that_are_not_ascii_without_their_marks_and_others_as_one_question_mark) {
  EXPECT_TRUE(written("J\u00e4ger", 0.5) == written("Jager", 0.5));
  EXPECT_TRUE(written("caf\u00e9", 0.5, "\u00dcbel") == written("cafe", 0.5, "Ubel"));
  EXPECT_TRUE(written("\u4eba\u7269", 0.5) == written("??", 0.5));
}

TEST(OverlayDraw, cuts_words_that_are_too_long_and_keeps_the_confidence) {
  const std::string most(64, 'i');
  EXPECT_TRUE(written(most + "xyz", 0.5) == written(most, 0.5));
  EXPECT_TRUE(written(most, 0.5, "more") == written(most, 0.5));
  EXPECT_FALSE(written(most, 0.5) == written(most.substr(1), 0.5));
  EXPECT_FALSE(written(most, 0.5) == written(most, 0.8));
  std::string marked;
  for (int i = 0; i < 70; ++i) marked += "\u00ef";
  EXPECT_TRUE(written(marked, 0.5) == written(most, 0.5));
}

TEST(OverlayDraw, a_type_has_always_the_same_colour) {
  const auto draw_type = [](const char* type) {
    const auto drawn = draw(
        "show-label=false", [=](GstBuffer* b) { add_region(b, type, 60, 60, 80, 80); }, "RGB");
    return bytes_of(drawn.info, drawn.buffer.get());
  };
  EXPECT_TRUE(draw_type("person") == draw_type("person"));
  EXPECT_FALSE(draw_type("person") == draw_type("car"));
}

// A params structure with a list of points.
void add_points(GstVideoRegionOfInterestMeta* region, const char* field,
                const std::vector<std::array<double, 2>>& points) {
  g_auto(GValue) list = G_VALUE_INIT;
  gst_value_array_init(&list, 0);
  for (const auto& point : points) {
    GValue pair = G_VALUE_INIT;
    gst_value_array_init(&pair, 2);
    for (const double value : point) {
      GValue number = G_VALUE_INIT;
      g_value_init(&number, G_TYPE_DOUBLE);
      g_value_set_double(&number, value);
      gst_value_array_append_and_take_value(&pair, &number);
    }
    gst_value_array_append_and_take_value(&list, &pair);
  }
  GstStructure* params = gst_structure_new_empty("detection");
  gst_structure_set_value(params, field, &list);
  gst_video_region_of_interest_meta_add_param(region, params);
}

TEST(OverlayDraw, draws_a_polygon_in_place_of_its_box_and_keypoints_in_addition) {
  const std::vector<std::array<double, 2>> triangle{{60, 60}, {160, 60}, {60, 160}};
  const auto polygon =
      draw(kWhite, [&](GstBuffer* b) { add_points(add_region(b, "a", 60, 60, 100, 100), "polygon", triangle); });
  EXPECT_GT(polygon.at(110, 60), 250) << "its upper side";
  EXPECT_GT(polygon.at(110, 110), 180) << "its long side";
  EXPECT_LT(polygon.at(158, 158), 30) << "the box's corner";
  const auto box = draw(std::string(kWhite) + " shape=box",
                        [&](GstBuffer* b) { add_points(add_region(b, "a", 60, 60, 100, 100), "polygon", triangle); });
  EXPECT_GT(box.at(158, 158), 250);
  const auto points = draw(kWhite, [](GstBuffer* b) {
    add_points(add_region(b, "a", 60, 60, 100, 100), "keypoints", {{100, 100}, {1e300, 5}});
  });
  EXPECT_GT(points.at(100, 100), 250);
  EXPECT_GT(points.at(158, 158), 250) << "the box too";
}

TEST(OverlayDraw, absurd_regions_draw_nothing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  const auto drawn = draw("", [=](GstBuffer* b) {
    add_region(b, "zero", 10, 10, 0, 0);
    add_region(b, "outside", 5000, 10, 20, 20);
    add_region(b, "far", G_MAXUINT, G_MAXUINT, G_MAXUINT, G_MAXUINT);
    add_region(b, "huge", 0, 0, G_MAXUINT, G_MAXUINT);
    add_circle(add_region(b, "circle", 10, 10, 20, 20), nan, nan, nan, nan);
    add_circle(add_region(b, "circle", 10, 10, 20, 20), 10, 10, inf, inf);
    add_circle(add_region(b, "circle", 10, 10, 20, 20), -1e300, 10, 10);
    add_circle(add_region(b, "circle", 10, 10, 20, 20), 10, 10, -5);
  });
  EXPECT_TRUE(drawn.empty());
}

TEST(OverlayDraw, regions_are_clipped_at_the_borders) {
  const auto drawn = draw(kWhite, [](GstBuffer* b) {
    add_region(b, "a", 300, 200, 300, 300);
    add_circle(add_region(b, "circle", 0, 0, 20, 20), 0, 0, 20);
  });
  EXPECT_EQ(drawn.at(300, 242), 255);
  EXPECT_GT(drawn.at(20, 0), 250);
}

TEST(OverlayDraw, copies_a_shared_frame_before_it_draws) {
  const auto caps = caps_text("I420", 320, 240);
  const auto info = info_of(caps);
  const auto harness = play("overlaydraw", caps);
  const auto frame = black_frame(info);
  add_region(frame.get(), "person", 10, 10, 50, 50);
  const auto before = bytes_of(info, frame.get());
  const Ptr<GstBuffer> out(gst_harness_push_and_pull(harness.get(), gst_buffer_ref(frame.get())));
  EXPECT_TRUE(bytes_of(info, frame.get()) == before);
  EXPECT_FALSE(bytes_of(info, out.get()) == before);
}

TEST(OverlayDraw, draws_the_detected_circle_on_the_ball) {
  const auto caps = caps_text("I420", 640, 360);
  const auto info = info_of(caps);
  const auto harness = play_source(
      "ballsrc is-live=false num-buffers=30 show-time=false ground-truth=true speed=0.5 ! circledetect ! overlaydraw "
      "show-label=false show-confidence=false line-width=2 color=0xffff0000",
      caps);
  for (int i = 0; i < 30; ++i) {
    const Ptr<GstBuffer> out(gst_harness_pull(harness.get()));
    auto* truth = regions_of(out.get(), "truth").at(0);
    const int x = static_cast<int>(field_of(truth, "center-x") + 50);
    const int y = static_cast<int>(field_of(truth, "center-y"));
    EXPECT_LT(sample_at(info, out.get(), 0, x, y), 160) << "red over the white line in frame " << i;
    EXPECT_GT(sample_at(info, out.get(), 2, x, y), 160);
  }
}

TEST(OverlayDraw, starts_and_stops_a_hundred_times) {
  const auto harness = play("overlaydraw", caps_text("I420", 320, 240));
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(gst_element_set_state(harness->element, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    ASSERT_EQ(gst_element_set_state(harness->element, GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  }
}
