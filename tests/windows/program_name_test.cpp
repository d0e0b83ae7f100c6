// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "windows/program_name.h"

namespace windows {
namespace {

using namespace std::string_view_literals;

TEST(ProgramName, IsTheFileOfAProgram) {
  EXPECT_EQ(program_name("./build/detect\0--fast\0"sv), "detect");
  EXPECT_EQ(program_name("detect\0"sv), "detect");
  EXPECT_EQ(program_name(""sv), "");
}

TEST(ProgramName, OfPythonIsTheScript) {
  EXPECT_EQ(program_name("/usr/bin/python3\0-u\0scripts/detect.py\0--fast\0"sv), "detect.py");
  EXPECT_EQ(program_name("python3.11\0-W\0ignore\0-m\0detector\0"sv), "detector");
  EXPECT_EQ(program_name("python3\0-c\0import cv2\0"sv), "python3");
  EXPECT_EQ(program_name("python3\0"sv), "python3");
}

}  // namespace
}  // namespace windows
