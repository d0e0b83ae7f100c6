// SPDX-License-Identifier: LGPL-2.1-or-later
// Which requests for lost packets (NACK, RFC 4585) are answered. Browsers don't know the round trip of a stream that
// they only receive, and ask for the same packet ten times a second (libwebrtc's NackRequester): behind a queue of half
// a second the answers alone would keep the link full, for seconds. All times are µs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

class Retransmissions {
 public:
  // The packet leaves for the first time.
  void sent(std::uint16_t sequence);
  // What leaves from this packet on can be decoded without what was before.
  void key_frame(std::uint16_t sequence) { first_ = sequence; }
  // Until further notice no picture leaves, and the first one after that is a key frame.
  void pause(bool paused) { paused_ = paused; }
  // It is known what became of all that left until then.
  void reported(std::int64_t sent) { reported_ = sent; }
  // Whether another copy of the packet may be of use. If so, it counts as sent now.
  bool useful(std::int64_t now, std::uint16_t sequence);

 private:
  struct Copy {
    std::uint16_t sequence = 0;
    std::int64_t sent = 0;
  };

  std::optional<std::uint16_t> first_;
  bool paused_ = false;
  std::optional<std::int64_t> reported_;
  std::array<std::optional<Copy>, 512> copies_{};  // by their numbers
};
