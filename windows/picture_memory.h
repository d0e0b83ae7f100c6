// SPDX-License-Identifier: LGPL-2.1-or-later
// The memory in which a program's pictures lie, as windows/PROTOCOL.md has it, seen from both sides. Nobody waits, no
// picture is seen half, and the newest one wins.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/fd.h"

namespace windows {

// Of one of the three slots.
inline constexpr std::uint64_t kMaxSlot = std::uint64_t{1} << 30U;
inline constexpr std::size_t kMaxObjects = std::size_t{1} << 20U;

struct Picture {
  std::uint64_t number = 0;
  std::int64_t shown_ns = 0;  // CLOCK_MONOTONIC
  std::uint32_t width = 0, height = 0;
  std::uint32_t stride = 0;    // bytes of a line
  std::uint32_t channels = 0;  // 1: grey; 3: blue, green, red
  const std::uint8_t* pixels = nullptr;
  std::string_view objects{};  // JSON, at most kMaxObjects; empty: nothing is said of any
};

// Bytes of a line: a multiple of 4.
std::uint64_t stride_of(std::uint32_t width, std::uint32_t channels);
// Bytes of the slot that such a picture needs. More than kMaxSlot: it can't be shown.
std::uint64_t slot_for(std::uint32_t width, std::uint32_t height, std::uint32_t channels, std::size_t objects = 0);

// A mapping that all processes share.
class SharedMapping {
 public:
  // Throws std::system_error.
  SharedMapping(int memory, std::uint64_t slot);
  ~SharedMapping();
  SharedMapping(const SharedMapping&) = delete;
  SharedMapping& operator=(const SharedMapping&) = delete;

  std::uint32_t* middle() const;
  std::uint8_t* slot(std::uint32_t index) const;
  std::uint64_t slot_size() const { return slot_; }

 private:
  std::uint64_t slot_;
  void* base_;
};

// The program's side.
class PictureWriter {
 public:
  // Throws std::system_error. The slots are made a bit larger, to whole pages.
  explicit PictureWriter(std::uint64_t slot);

  // To be sent to the reader; −1 once it is forgotten, and so closed. The memory stays.
  int memory() const { return memory_.get(); }
  void forget_memory() { memory_.reset(); }
  std::uint64_t slot() const { return mapping_.slot_size(); }

  // Where the lines of the next picture are written to.
  std::uint8_t* lines() const;
  // Hands over what was written there, with a copy of the objects; all but `pixels` and `stride` is used. Says whether
  // the reader is to be told of it.
  bool publish(const Picture& picture);
  // The last one that was published; nobody writes to it before the next publish().
  const std::optional<Picture>& newest() const { return newest_; }

 private:
  core::Fd memory_;
  SharedMapping mapping_;
  std::uint32_t own_ = 0;
  std::optional<Picture> newest_;
};

// cv-launch's side. It does not trust the writer: pixels may change while they are read, but never where they lie.
class PictureReader {
 public:
  // Throws std::runtime_error, in words, if it is no such memory.
  PictureReader(core::Fd memory, std::uint64_t slot);

  // The newest picture, or nothing if there is no new one. It is ours until the next call that returns one, and its
  // objects are a copy of ours: only the pixels may change. Throws
  // std::runtime_error, in words, if what lies there is not as it should be.
  std::optional<Picture> take();

 private:
  SharedMapping mapping_;
  std::uint32_t own_ = 2;
  std::string objects_;
};

}  // namespace windows
