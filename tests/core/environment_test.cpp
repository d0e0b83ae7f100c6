// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/environment.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

constexpr const char* kName = "CV_TEST_MS";

std::chrono::milliseconds read(const char* value) {
  setenv(kName, value, 1);
  return core::environment_ms(kName, 3s);
}

}  // namespace

TEST(Environment, gives_the_milliseconds_of_a_variable_or_else_the_default) {
  unsetenv(kName);
  EXPECT_EQ(core::environment_ms(kName, 3s), 3s);
  EXPECT_EQ(read("1"), 1ms);
  EXPECT_EQ(read("86400000"), 24h);
}

TEST(Environment, names_the_variable_and_the_value_that_makes_no_sense) {
  for (const char* value : {"", "0", "-5", "1.5", "10 s", "5s", " 5", "86400001", "99999999999999999999"}) {
    try {
      read(value);
      ADD_FAILURE() << "\"" << value << "\" was taken";
    } catch (const std::runtime_error& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with(std::string(kName) + "=" + value + ": must be milliseconds"))
          << error.what();
    }
  }
}
