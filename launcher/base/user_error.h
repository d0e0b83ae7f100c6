// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stdexcept>

// What is wrong with the user's input. The text is for the user: it names the thing and the place, and says what to do.
class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
