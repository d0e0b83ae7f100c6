// SPDX-License-Identifier: LGPL-2.1-or-later
// As much of STUN (RFC 8489) and TURN (RFC 8656) as it takes to ask a server whether it would serve us. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stun {

enum class Method : std::uint16_t { kBinding = 1, kAllocate = 3, kRefresh = 4 };
inline constexpr std::size_t kHeader = 20;
using Transaction = std::array<std::uint8_t, 12>;  // random

// Of a server that wants to know who asks; of its answer.
struct Challenge {
  std::string realm;
  std::string nonce;
};
struct Login {
  std::string user;
  std::string password;
};

// A request for an address that reflects us; for one that relays UDP; for the end of that.
std::vector<std::uint8_t> request(Method method, const Transaction& transaction);
std::vector<std::uint8_t> request(Method method, const Transaction& transaction, const Login& login,
                                  const Challenge& challenge);

struct Reply {
  unsigned error = 0;  // as ERROR-CODE has it; 0: it was granted
  std::string reason;
  Challenge challenge;
};
// Nothing: it is no reply to that request.
std::optional<Reply> parse_reply(std::span<const std::uint8_t> bytes, Method method, const Transaction& transaction);
// How long the message is whose header this is, in bytes; nothing if it is none.
std::optional<std::size_t> size_of(std::span<const std::uint8_t> header);

}  // namespace stun
