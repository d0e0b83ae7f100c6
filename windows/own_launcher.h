// SPDX-License-Identifier: LGPL-2.1-or-later
// A cv-launch for this program alone, which was started without one.
#pragma once

#include <string>

#include "core/fd.h"

namespace windows {

class OwnLauncher {
 public:
  // Starts it, and waits until it listens. It ends with this process and with those that it forks. Throws
  // std::runtime_error, in words.
  OwnLauncher();

  const std::string& socket() const { return socket_; }
  const std::string& address() const { return address_; }

 private:
  core::Fd lifeline_;
  core::Fd output_;
  std::string socket_;
  std::string address_;
};

}  // namespace windows
