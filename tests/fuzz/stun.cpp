// SPDX-License-Identifier: LGPL-2.1-or-later
// What comes from the place of a STUN or TURN server: whatever it is, and the same within a message whose header is
// right. The first byte says which of our requests it is for.
#include "viewer/stun.h"

#include <algorithm>

#include "must.h"

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr stun::Transaction kTransaction{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b'};
constexpr std::array kMethods{stun::Method::kBinding, stun::Method::kAllocate, stun::Method::kRefresh};

bool is_within(std::string_view text, Bytes bytes) {
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).find(text) !=
         std::string_view::npos;
}

void handle(Bytes bytes, stun::Method method) {
  const auto size = stun::size_of(bytes);
  must(!size || (bytes.size() >= stun::kHeader && *size >= stun::kHeader && *size <= stun::kHeader + 0xffff),
       "a size is a header's and what its 16 bits say");
  if (size) must(stun::size_of(bytes.first(stun::kHeader)) == size, "a header is enough to know the size");
  const auto reply = stun::parse_reply(bytes, method, kTransaction);
  if (!reply) return;
  must(size == bytes.size(), "a reply is one whole message");
  must(std::ranges::equal(bytes.subspan(8, kTransaction.size()), kTransaction), "a reply is to our request");
  const unsigned type = static_cast<unsigned>(bytes[0] << 8 | bytes[1]);
  must((type & 0xfeefU) == static_cast<unsigned>(method), "a reply is of the request's method");
  must((type & 0x0110U) == (reply->error == 0 ? 0x0100U : 0x0110U), "a grant has no error, and an error has one");
  must(reply->error < 1000, "an error has three digits");
  must(reply->error != 0 || reply->reason.empty(), "a grant has no reason");
  for (const auto& text : {reply->reason, reply->challenge.realm, reply->challenge.nonce})
    must(is_within(text, bytes), "what a reply says is in it");
  for (const auto other : kMethods)
    must(other == method || !stun::parse_reply(bytes, other, kTransaction), "a reply is to one kind of request only");
  for (std::size_t shorter = 0; shorter < bytes.size(); ++shorter)
    must(!stun::parse_reply(bytes.first(shorter), method, kTransaction), "a part of a reply is none");
  // we sign with it
  const auto request = stun::request(method, kTransaction, {"user", "password"}, reply->challenge);
  must(stun::size_of(request) == request.size() && request.size() % 4 == 0, "what we send is a whole message");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto method = kMethods.at(data[0] / 2 % kMethods.size());
  const Bytes rest(data + 1, std::min<std::size_t>(size - 1, 2048));  // the largest that is read from a server
  handle(rest, method);
  const unsigned type = (data[0] % 2 == 0 ? 0x0100U : 0x0110U) | static_cast<unsigned>(method);
  std::vector<std::uint8_t> message{static_cast<std::uint8_t>(type >> 8),
                                    static_cast<std::uint8_t>(type),
                                    static_cast<std::uint8_t>(rest.size() >> 8),
                                    static_cast<std::uint8_t>(rest.size()),
                                    0x21,
                                    0x12,
                                    0xa4,
                                    0x42};
  message.insert(message.end(), kTransaction.begin(), kTransaction.end());
  message.insert(message.end(), rest.begin(), rest.end());
  handle(message, method);
  return 0;
}
