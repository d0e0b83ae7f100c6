// SPDX-License-Identifier: LGPL-2.1-or-later
// What goes beside the video (launcher/PROTOCOL.md §3): the messages about a stream, of its results and of its models,
// as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/json.h"

namespace core {

inline constexpr std::size_t kMaxResult = 16 * 1024;

struct Stamp {
  unsigned rows = 0;
  unsigned cell = 0;
  bool operator==(const Stamp&) const = default;
};
// A size that the stream's coded pictures may have, and where their stamp is. No rows: no stamp.
struct RungPicture {
  unsigned width = 0, height = 0;
  unsigned rows = 0, cell = 0;
  bool operator==(const RungPicture&) const = default;
};
struct StreamInfo {
  std::optional<std::uint32_t> rtp_offset;
  double epoch = 0;                // unix ms of running time 0
  std::optional<Stamp> stamp;      // of the top rung
  std::vector<RungPicture> rungs;  // each size once, the top one first
  bool lost = false;
  std::string message;
  bool operator==(const StreamInfo&) const = default;
};
std::string encode(const StreamInfo& message);

struct Detail {
  std::string name;
  std::variant<double, bool, std::string, OrderedJson> value;
};
struct Object {
  std::string label;
  std::optional<double> confidence;
  double x = 0, y = 0, w = 0, h = 0;
  std::vector<Detail> details;
};
struct Result {
  std::uint32_t frame = 0;
  std::string model;
  std::optional<double> ms;
  int width = 0, height = 0;
  std::vector<Object> objects;
  double age = 0;  // ms from the frame's capture to the end of its inference
  // Whether width x height is all of the video's picture. Else it is what is above the rows of its stamp.
  bool whole = true;
};
// The state of a model that runs in a process of its own.
struct ModelState {
  std::string model;
  std::string state;    // "starting", "running" or "failed"
  std::string message;  // why it failed, and what it said last
  double since = 0;     // unix ms
};
std::string encode(const ModelState& message);
// At most so many bytes: the last objects are left out if they do not fit.
std::string encode(const Result& message, std::size_t most = kMaxResult);

}  // namespace core
