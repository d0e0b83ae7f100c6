// SPDX-License-Identifier: LGPL-2.1-or-later
// cv-launch's deadlines and back-offs. Each can be set by an environment variable, for tests: CONTRIBUTING.md lists
// them.
#pragma once

#include <chrono>
#include <string>

struct Deadlines {
  using Milliseconds = std::chrono::milliseconds;

  // Of a viewer.
  Milliseconds offer;      // until there is a picture to offer
  Milliseconds answer;     // from the offer
  Milliseconds dtls;       // from the answer
  Milliseconds heartbeat;  // between two pings
  // Of an HTTP connection.
  Milliseconds silent;   // on which nothing comes; rounded up to whole seconds, as GLib has it
  Milliseconds request;  // for a whole request and its reply, however they drip
  // Of the source.
  Milliseconds first_frame;
  Milliseconds retry;  // doubled after each failure
  Milliseconds last_retry;
  Milliseconds ran_well;  // the next retry is the first one again
  // Of cv-launch's own end.
  Milliseconds end;
};

// The environment is read once. Throws UserError.
const Deadlines& deadlines();

// "10 s", "0.5 s"
std::string seconds_text(std::chrono::milliseconds time);
