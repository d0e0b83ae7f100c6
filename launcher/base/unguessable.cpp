// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unguessable.h"

#include <unistd.h>

#include <array>
#include <string_view>

#include "user_error.h"

std::string unguessable() {
  std::array<unsigned char, 16> random{};
  if (getentropy(random.data(), random.size()) != 0) throw UserError("the system gives no random bytes");
  std::string text;
  for (const unsigned char byte : random) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}
