// SPDX-License-Identifier: LGPL-2.1-or-later
// The encodings of a ladder (rungs), top first, and which of them a viewer may have. All rates are bit/s on the wire.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

class Ladder {
 public:
  struct Rung {
    double bitrate = 0;   // as measured lately; of one that sleeps, before that
    unsigned height = 0;  // of what is shown of its pictures, in lines; 0: not known
  };
  // Of what a link carries, so much may be used: pictures differ in size.
  static constexpr double kHeadroom = 0.85;
  // The lowest rung may use more: below it are only stills.
  static constexpr double kLowestHeadroom = 0.95;

  void set(std::vector<Rung> rungs) { rungs_ = std::move(rungs); }
  // No rung above this bit rate, and none above the lowest one that has so many lines.
  void limit(std::optional<double> bitrate, std::optional<unsigned> lines) { limit_ = bitrate, lines_ = lines; }

  std::size_t stills() const { return rungs_.size(); }  // the number of rungs stands for key frames of the lowest one
  std::size_t lowest() const { return rungs_.size() - 1; }
  double bitrate(std::size_t rung) const { return rung < rungs_.size() ? rungs_[rung].bitrate : 0; }

  // The best rung that the viewer's own limit allows, for one that gets `current`. These three: stills(), if none is.
  std::size_t allowed(std::size_t current) const;
  // The best of those for a link that carries so much, of which other things than video take `beside`.
  std::size_t best(double carries, double beside, std::size_t current) const;
  // Where a viewer begins whose link is not known. `hint`: what it believes that its link carries.
  std::size_t start(std::optional<double> hint, double beside, std::size_t current) const;

 private:
  std::size_t large_enough() const;

  std::vector<Rung> rungs_;
  std::optional<double> limit_;
  std::optional<unsigned> lines_;
};
