// SPDX-License-Identifier: LGPL-2.1-or-later
// What is said of one stream, on the command line.
#pragma once

#include <string>

#include "pipe/pipe_file.h"
#include "publisher.h"

struct StreamOptions {
  std::string name{};      // "": the only one, which has none
  std::string pipeline{};  // as the user names the file
  Settings settings{};
  Settings shared_settings{};  // of all streams: of these it takes what it has a variable for
  PublishOptions publish{};
};
