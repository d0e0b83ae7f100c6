// SPDX-License-Identifier: LGPL-2.1-or-later
// cv-launch's deadlines and back-offs. Each can be set by an environment variable, for tests: CONTRIBUTING.md lists
// them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

struct Deadlines {
  using Milliseconds = std::chrono::milliseconds;

  // For a viewer.
  Milliseconds offer;      // until there is a picture to offer
  Milliseconds answer;     // from the offer to the viewer's answer
  Milliseconds dtls;       // from the answer to the connection
  Milliseconds heartbeat;  // between two pings
  Milliseconds channel;    // from the connection to an open data channel; after that, video goes without one
  // For the endpoint that we publish to.
  Milliseconds endpoint;       // while nothing comes from it, not even RTCP, which comes every 5 s or more often
  Milliseconds publish_retry;  // doubled after each failure
  Milliseconds last_publish_retry;
  // For an HTTP connection.
  Milliseconds silent;   // while nothing comes; rounded up to whole seconds, because GSocket's timeout is in seconds
  Milliseconds request;  // for a whole request and its reply, however slowly they come
  // Between two pings of a WebSocket, rounded up to whole seconds: proxies end one on which nothing comes, nginx after
  // 60 s.
  Milliseconds keepalive;
  // For the source.
  Milliseconds first_frame;
  Milliseconds still;  // from one frame to the next one; after that the source is lost
  Milliseconds retry;  // doubled after each failure
  Milliseconds last_retry;
  Milliseconds look_up;   // of a host that could not be found, until it is looked up again
  Milliseconds ran_well;  // after so long a run the next retry is the first one again
  // For an encoding: how long it stays awake when nobody wants it any more. Who comes back soon has its picture sooner.
  Milliseconds awake;
  // For a source: how long it goes on when nobody needs it any more, with --idle=stop.
  Milliseconds idle;
  // For a program with windows: from its closing one until that is gone, unless it ends meanwhile; and from its end
  // until that is said, unless who runs it knows sooner how it has ended.
  Milliseconds closed;
  // For cv-launch's own end: until viewers and threads have ended.
  Milliseconds end;
};

// Reads the environment once. Throws UserError if a value is wrong.
const Deadlines& deadlines();

// On the monotonic clock, in µs.
std::int64_t from_now(std::chrono::milliseconds time);

// "10 s", "0.5 s"
std::string seconds_text(std::chrono::milliseconds time);
