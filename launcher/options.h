// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/tokens.h"
#include "stream_options.h"
#include "viewer/ice_servers.h"

struct Options {
  std::vector<StreamOptions> streams;  // one at least, unless windows are shown; of several each has a name
  // Programs' windows are shown, each as a stream like this one.
  std::optional<StreamOptions> window;
  std::string windows_socket;        // where programs connect; "": the command is told
  std::vector<std::string> command;  // of `run`
  std::string host = "127.0.0.1";
  std::optional<unsigned> port;  // nothing: 8080
  AuthOptions auth;
  std::string cert;  // empty: no TLS
  std::string key;
  std::vector<std::string> public_origins;  // as browsers write them
  std::vector<std::string> allowed_origins;
  IceOptions ice;
  unsigned max_viewers = 16;
  bool config = false;    // there is a file, which can be read again
  std::string of_server;  // what it says of other things than streams
  bool print = false;
  bool variables = false;
  bool verbose = false;
  bool log_json = false;
  bool version = false;
};

// Throws UserError. --help prints and exits.
Options parse_options(const std::vector<std::string>& arguments);
