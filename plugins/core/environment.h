// SPDX-License-Identifier: LGPL-2.1-or-later
// Deadlines and back-offs that tests make shorter, each by an environment variable. CONTRIBUTING.md lists them.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace core {

// What the variable says, or `fallback` where it is not set. Throws std::runtime_error that names the variable.
inline std::chrono::milliseconds environment_ms(const char* name, std::chrono::milliseconds fallback) {
  constexpr int kMost = 24 * 60 * 60 * 1000;
  const char* value = std::getenv(name);
  if (value == nullptr) return fallback;
  const std::string_view text = value;
  int ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (error != std::errc() || end != text.data() + text.size() || ms < 1 || ms > kMost)
    throw std::runtime_error(std::string(name) + "=" + value + ": must be milliseconds, a whole number from 1 to " +
                             std::to_string(kMost));
  return std::chrono::milliseconds(ms);
}

}  // namespace core
