// SPDX-License-Identifier: LGPL-2.1-or-later
// What C callers see: cv-launch/windows.h without a cv-launch that listens. What arrives, python.test.js has.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <string>

#include "cv-launch/windows.h"

namespace {

class CWindows : public testing::Test {
 protected:
  CWindows() {
    setenv("CV_LAUNCH_WINDOWS", "/nowhere/socket", 1);
    window_ = cv_launch_open("w");
  }
  ~CWindows() override { cv_launch_close(window_); }

  // "": it is shown.
  std::string refusal(int depth, int channels, const char* objects = nullptr) const {
    const std::array<double, 4> pixels{};
    const int result = cv_launch_show(window_, pixels.data(), 1, 1, sizeof pixels, depth, channels, objects,
                                      objects ? std::string_view(objects).size() : 0);
    return result == 0 ? "" : cv_launch_error();
  }

  std::uint32_t window_ = 0;
};

TEST_F(CWindows, AreThereWithoutACvLaunch) {
  EXPECT_EQ(cv_launch_start(), 0);
  EXPECT_NE(window_, 0U);
  EXPECT_STREQ(cv_launch_socket(), "/nowhere/socket");
  EXPECT_STREQ(cv_launch_address(), "");
  cv_launch_event event{};
  EXPECT_EQ(cv_launch_wait(0, &event), 0);
}

TEST_F(CWindows, TakePicturesOfEachDepth) {
  for (const int depth : {CV_LAUNCH_8U, CV_LAUNCH_8S, CV_LAUNCH_16U, CV_LAUNCH_16S, CV_LAUNCH_32F, CV_LAUNCH_64F})
    for (const int channels : {1, 3, 4}) EXPECT_EQ(refusal(depth, channels), "") << depth << ", " << channels;
}

TEST_F(CWindows, RefuseWhatIsNoPicture) {
  EXPECT_EQ(refusal(4, 3), "a picture can't have 3 channels of the depth 4");
  EXPECT_EQ(refusal(-1, 3), "a picture can't have 3 channels of the depth -1");
  EXPECT_EQ(refusal(CV_LAUNCH_8U, 2), "a picture can't have 2 channels of the depth 0");
  EXPECT_EQ(cv_launch_show(window_, nullptr, 1, 1, 1, CV_LAUNCH_8U, 1, nullptr, 0), -1);
  EXPECT_STREQ(cv_launch_error(), "the picture is empty");
  EXPECT_EQ(cv_launch_show(window_ + 1, "", 1, 1, 1, CV_LAUNCH_8U, 1, nullptr, 0), -1);
}

TEST_F(CWindows, RefuseWhatAreNoObjects) {
  EXPECT_EQ(refusal(CV_LAUNCH_8U, 1, "[]"), "");
  EXPECT_EQ(refusal(CV_LAUNCH_8U, 1, " [{\"x\":1}] "), "");
  for (const char* wrong : {"", " ", "{}", "[", "[]x", "[{\"x\":NaN}]", "[\"\xff\"]"})
    EXPECT_EQ(refusal(CV_LAUNCH_8U, 1, wrong), "the objects must be a JSON array") << wrong;
  EXPECT_EQ(refusal(CV_LAUNCH_8U, 1, std::string((1U << 20U) + 1, ' ').c_str()),
            "the objects have 1048577 bytes; at most 1048576 are taken");
}

}  // namespace
