// SPDX-License-Identifier: LGPL-2.1-or-later
#include "window_streams.h"

#include <gtest/gtest.h>

#include <set>

namespace {

std::string name_of(const std::string& window, const std::set<std::string>& taken = {}) {
  return stream_name_of(window, [&taken](const std::string& name) { return taken.contains(name); });
}

TEST(StreamNameOf, IsWhatAnAddressCanHaveOfTheWindowsName) {
  EXPECT_EQ(name_of("camera"), "camera");
  EXPECT_EQ(name_of("Frame 1"), "Frame-1");
  EXPECT_EQ(name_of("a/b\\c"), "a-b-c");
  EXPECT_EQ(name_of("_mask_"), "mask_");
  EXPECT_EQ(name_of("größe"), "gr-e");
  EXPECT_EQ(name_of(" - "), "window");
  EXPECT_EQ(name_of(""), "window");
  EXPECT_EQ(name_of("窓"), "window");
  EXPECT_LE(name_of(std::string(10'000, 'x')).size(), 64U);
}

TEST(StreamNameOf, IsNobodyElses) {
  EXPECT_EQ(name_of("camera", {"camera"}), "camera-2");
  EXPECT_EQ(name_of("camera", {"camera", "camera-2"}), "camera-3");
  EXPECT_EQ(name_of("metrics"), "metrics-2") << "the server has another use for that";
}

}  // namespace
