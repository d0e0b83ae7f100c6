// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the server's tokens come from. Never from the command line, which all users of the machine can read.
#pragma once

#include <optional>
#include <string>

#include "access.h"

// What the command line says of it.
struct AuthOptions {
  bool auth = false;     // a token is needed
  bool no_auth = false;  // none is
  std::string token_file;
};

struct Opening {
  Access access;
  std::string made_up;  // the token that nobody else knows yet; empty: there is none
};

// Of a server that listens on `host`, and that a proxy or another site may show to others (`shown`): from the file,
// from the environment (CV_LAUNCH_TOKEN, CV_LAUNCH_VIEW_TOKEN, which it takes out of it: what we start has no need to
// know them), or made up. Throws UserError: where others can reach the server, it must be said who may.
Opening opening_of(const std::string& host, bool shown, const AuthOptions& options);

// Of a file's text: a token that may do all, and one behind the word "view"; one to a line, each at most once; and
// "view TOKEN STREAM…", as often as there are such. Lines that begin with # say nothing. Throws UserError, which begins
// with `name`.
Tokens parse_tokens(const std::string& text, const std::string& name);

// What stands first in the path of an address that any page may show in a frame: CV_LAUNCH_FRAME_KEY, taken out of the
// environment too; empty: there is none. It opens nothing that needs a token. Throws UserError.
std::string frame_key();

// Whether it is an address that only this machine reaches.
bool is_loopback(const std::string& host);
