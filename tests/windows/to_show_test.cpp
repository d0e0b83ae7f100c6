// SPDX-License-Identifier: LGPL-2.1-or-later
// What a picture looks like, against what OpenCV's imshow makes of it (convertToShow of its highgui).
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <opencv2/core.hpp>

#include "windows/to_show.h"

namespace windows {
namespace {

cv::Mat by_opencv(const cv::Mat& picture) {
  cv::Mat shown;
  switch (picture.depth()) {
    case CV_8U:
      shown = picture;
      break;
    case CV_8S:
      cv::convertScaleAbs(picture, shown, 1, 127);
      break;
    case CV_16S:
      cv::convertScaleAbs(picture, shown, 1 / 255., 127);
      break;
    case CV_16U:
      cv::convertScaleAbs(picture, shown, 1 / 255.);
      break;
    default:
      picture.convertTo(shown, CV_8U, 255.);
  }
  if (shown.channels() != 4) return shown;
  cv::Mat without_alpha(shown.size(), CV_8UC3);
  cv::mixChannels({shown}, {without_alpha}, {0, 0, 1, 1, 2, 2});
  return without_alpha;
}

cv::Mat by_us(const cv::Mat& picture) {
  const RawPicture raw{
      picture.data,    static_cast<std::uint32_t>(picture.cols), static_cast<std::uint32_t>(picture.rows),
      picture.step[0], static_cast<Depth>(picture.depth()),      static_cast<std::uint32_t>(picture.channels())};
  cv::Mat shown(picture.size(), CV_8UC(static_cast<int>(shown_channels(raw))), cv::Scalar::all(0));
  to_show(raw, shown.data, shown.step[0]);
  return shown;
}

void expect_same(const cv::Mat& picture, const char* what) {
  const cv::Mat expected = by_opencv(picture);
  const cv::Mat shown = by_us(picture);
  ASSERT_EQ(shown.type(), expected.type()) << what;
  cv::Mat difference;
  cv::absdiff(expected, shown, difference);
  EXPECT_EQ(cv::countNonZero(difference.reshape(1)), 0) << what;
}

TEST(ToShow, AllDepthsAndChannelsOfAnySizeAreAsOpenCvShowsThem) {
  cv::theRNG().state = 1;
  for (const int depth : {CV_8U, CV_8S, CV_16U, CV_16S, CV_32F, CV_64F})
    for (const int channels : {1, 3, 4})
      for (const cv::Size size : {cv::Size(1, 1), cv::Size(7, 5), cv::Size(300, 3), cv::Size(641, 11)}) {
        cv::Mat whole(size.height + 2, size.width + 3, CV_MAKETYPE(depth, channels));
        const bool real = depth == CV_32F || depth == CV_64F;
        cv::randu(whole, real ? -0.3 : -40000, real ? 1.3 : 70000);
        expect_same(whole, "whole");
        // its lines do not follow each other
        expect_same(whole(cv::Rect(cv::Point(2, 1), size)), "part");
      }
}

template <typename T>
cv::Mat all_values() {
  const int least = std::numeric_limits<T>::min();
  const int count = std::numeric_limits<T>::max() - least + 1;
  cv::Mat picture(1, count, cv::DataType<T>::type);
  for (int i = 0; i < count; ++i) picture.at<T>(0, i) = static_cast<T>(least + i);
  return picture;
}

TEST(ToShow, EveryIntegerIsAsOpenCvShowsIt) {
  expect_same(all_values<std::uint8_t>(), "8U");
  expect_same(all_values<std::int8_t>(), "8S");
  expect_same(all_values<std::uint16_t>(), "16U");
  expect_same(all_values<std::int16_t>(), "16S");
}

// As many as are not done sixteen at a time: both ways are the same.
template <typename T>
cv::Mat repeated(const std::vector<T>& values, int times) {
  cv::Mat picture(times, static_cast<int>(values.size()), cv::DataType<T>::type);
  for (int y = 0; y < times; ++y) std::memcpy(picture.ptr(y), values.data(), values.size() * sizeof(T));
  return picture;
}

template <typename T>
void expect_special_values() {
  using Limits = std::numeric_limits<T>;
  const std::vector<T> values{0,
                              -0.0,
                              1,
                              -1,
                              2,
                              1e9,
                              -1e9,
                              T{1e30},
                              Limits::quiet_NaN(),
                              Limits::infinity(),
                              -Limits::infinity(),
                              Limits::max(),
                              Limits::lowest(),
                              Limits::denorm_min()};
  // fewer than sixteen, and more
  const cv::Mat shown = by_us(repeated(values, 1));
  cv::Mat many = by_us(repeated(values, 8).reshape(1, 1));
  EXPECT_EQ(std::memcmp(shown.data, many.data, values.size()), 0);
  EXPECT_EQ(shown.at<std::uint8_t>(0, 0), 0);
  EXPECT_EQ(shown.at<std::uint8_t>(0, 2), 255);
  EXPECT_EQ(shown.at<std::uint8_t>(0, 4), 255);
  EXPECT_EQ(shown.at<std::uint8_t>(0, 8), 0) << "NaN";
  expect_same(repeated(values, 8).reshape(1, 1), "special values");
}

TEST(ToShow, NotANumberAndInfinityAreBlackAsInOpenCv) {
  expect_special_values<float>();
  expect_special_values<double>();
}

TEST(ToShow, RealNumbersBetweenTwoIntegersAreRoundedAsInOpenCv) {
  std::vector<float> floats;
  std::vector<double> doubles;
  for (int i = -4; i < 1030; ++i) {
    const double value = i / 4. / 255.;
    for (const double near : {value, std::nextafter(value, 2.), std::nextafter(value, -2.)}) doubles.push_back(near);
    const auto single = static_cast<float>(value);
    for (const float near : {single, std::nextafter(single, 2.F), std::nextafter(single, -2.F)}) floats.push_back(near);
  }
  expect_same(repeated(floats, 1), "float");
  expect_same(repeated(doubles, 1), "double");
}

TEST(ToShow, WhatImshowDoesNotTakeCantBeShown) {
  EXPECT_TRUE(can_show(CV_8U, 1));
  EXPECT_TRUE(can_show(CV_64F, 4));
  EXPECT_FALSE(can_show(CV_32S, 3));
  EXPECT_FALSE(can_show(CV_16F, 3));
  EXPECT_FALSE(can_show(CV_8U, 2));
  EXPECT_FALSE(can_show(CV_8U, 5));
}

}  // namespace
}  // namespace windows
