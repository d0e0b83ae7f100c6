// SPDX-License-Identifier: LGPL-2.1-or-later
// What is said of streams on the command line.
#pragma once

#include <string>
#include <vector>

#include "pipe/pipe_file.h"
#include "publisher.h"

// What ends while nobody watches: the encoders, or the source and all that it feeds.
enum class Idle { kSleep, kStop };

struct StreamOptions {
  std::string name{};      // "": the only one, which has none
  std::string pipeline{};  // as the user names the file
  Settings settings{};
  Settings shared_settings{};             // of all streams: of these it takes what it has a variable for
  std::vector<PublishOptions> publish{};  // one for each output at most
  Idle idle = Idle::kSleep;
  bool operator==(const StreamOptions&) const = default;
};

// As they were typed. Of named streams "NAME=FILE", "NAME.VARIABLE=VALUE" (without the name: for all), "NAME=URL",
// "NAME=FILE".
struct StreamArguments {
  std::vector<std::string> pipelines;
  std::vector<std::string> settings;
  std::vector<std::string> publish;
  std::vector<std::string> idle;  // "WHAT" for all, or "NAME=WHAT"
  std::vector<std::string> publish_token_files;
};

// One at least; of several each has a name. Throws UserError.
std::vector<StreamOptions> parse_streams(const StreamArguments& arguments);
