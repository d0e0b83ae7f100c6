// SPDX-License-Identifier: LGPL-2.1-or-later
// Viewers behind one link, in made-up time: encodings, a token bucket with a queue, loss, jitter, feedback, and a
// LinkControl for each viewer. The same seed gives the same run.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "link/link_control.h"
#include "link/sent_log.h"

namespace simulation {

struct Link {
  std::function<double(double)> rate;  // bit/s at a second
  double queue_ms = 300;
  double bucket = 10'000;  // bytes
  double loss = 0;
  double jitter_ms = 0;     // up to so much more or less
  bool reordering = false;  // by jitter
  double delay_ms = 10;
  double reverse_ms = 10;
  double feedback_ms = 60;
  double skew_ppm = 0;
};

struct Rung {
  double bitrate;  // of payload
  double told;     // what the encoder was told
  double framerate;
  double key_bytes;
};
// of one picture: 640×360@30 down to a small one at 10 a second
std::vector<Rung> ladder();

struct ViewerSetup {
  std::optional<double> hint{};
  std::optional<double> limit{};
  double start = 0;
  double results = 30;  // a second, of 200 bytes
  std::vector<Rung> rungs = ladder();
};

struct Frame {
  double sent;
  std::optional<double> arrived;  // nothing: a packet of it was lost
  double queue_ms;                // of its last packet, on the link alone
  std::size_t rung;
  double bytes;  // on the wire
};

// What one viewer got. All times are seconds.
struct Got {
  std::vector<Frame> frames;
  struct Change {
    double at;
    std::size_t rung;
  };
  std::vector<Change> changes;  // the first is the beginning
  struct Sample {
    double at;
    LinkControl::Decision decision;
  };
  std::vector<Sample> samples;  // every 50 ms
  std::vector<double> result_ms;
  double video_bytes = 0;
  double probe_bytes = 0;

  double queue_ms(double quantile, double from = 0, double to = 1e9) const;
  double result_delay_ms(double quantile) const;
  double fps(double from, double to) const;
  double share(std::size_t rung, double from, double to) const;  // of the time, 0 to 1
  double sent_rate(double from, double to) const;                // bit/s of video
  std::size_t rung_at(double at) const;
  std::size_t changes_in(double from, double to) const;
  double carries(double from, double to) const;  // median of what was believed; 0: nothing was
  double longest_gap_ms(double from, double to) const;
};

std::vector<Got> run(const Link& link, const std::vector<ViewerSetup>& setups, double seconds, unsigned seed = 1);
inline Got run(const Link& link, double seconds, const ViewerSetup& setup = {}, unsigned seed = 1) {
  return run(link, std::vector<ViewerSetup>{setup}, seconds, seed).front();
}

}  // namespace simulation
