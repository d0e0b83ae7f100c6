// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stun.h"

#include <glib.h>

#include <algorithm>
#include <memory>

#include "base/glib_ptr.h"

namespace stun {

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::array<std::uint8_t, 4> kCookie{0x21, 0x12, 0xA4, 0x42};
constexpr unsigned kRequest = 0x0000;
constexpr unsigned kSuccess = 0x0100;
constexpr unsigned kError = 0x0110;
constexpr std::uint8_t kUdp = 17;
constexpr std::size_t kLength = 2;  // where it stands in a header

enum Attribute : std::uint16_t {
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kLifetime = 0x000D,
  kRealm = 0x0014,
  kNonce = 0x0015,
  kRequestedTransport = 0x0019,
};

unsigned number_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<unsigned>(bytes[at] << 8 | bytes[at + 1]);
}

void put(Bytes& bytes, std::size_t at, std::size_t number) {
  bytes[at] = static_cast<std::uint8_t>(number >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(number);
}

void set_length(Bytes& message, std::size_t more = 0) {
  put(message, kLength, message.size() - kHeader + more);
}

void add(Bytes& message, Attribute type, std::span<const std::uint8_t> value) {
  const std::size_t at = message.size();
  message.resize(at + 4);
  put(message, at, type);
  put(message, at + 2, value.size());
  message.insert(message.end(), value.begin(), value.end());
  message.resize((message.size() + 3) / 4 * 4);
  set_length(message);
}

void add(Bytes& message, Attribute type, std::string_view text) {
  add(message, type, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void add_integrity(Bytes& message, const Login& login, const Challenge& challenge) {
  constexpr std::size_t kDigest = 20;
  const std::string text = login.user + ":" + challenge.realm + ":" + login.password;
  const std::unique_ptr<GChecksum, Deleter<g_checksum_free>> md5(g_checksum_new(G_CHECKSUM_MD5));
  g_checksum_update(md5.get(), reinterpret_cast<const guchar*>(text.data()), static_cast<gssize>(text.size()));
  std::array<guint8, 16> key{};
  gsize size = key.size();
  g_checksum_get_digest(md5.get(), key.data(), &size);
  // of the message as it will be, up to here
  set_length(message, 4 + kDigest);
  const std::unique_ptr<GHmac, Deleter<g_hmac_unref>> hmac(g_hmac_new(G_CHECKSUM_SHA1, key.data(), key.size()));
  g_hmac_update(hmac.get(), message.data(), static_cast<gssize>(message.size()));
  std::array<guint8, kDigest> digest{};
  size = digest.size();
  g_hmac_get_digest(hmac.get(), digest.data(), &size);
  add(message, kMessageIntegrity, digest);
}

std::string text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Bytes request(Method method, const Transaction& transaction) {
  Bytes message(kHeader);
  put(message, 0, kRequest | static_cast<unsigned>(method));
  std::ranges::copy(kCookie, message.begin() + 4);
  std::ranges::copy(transaction, message.begin() + 8);
  constexpr std::array<std::uint8_t, 4> kTransport{kUdp, 0, 0, 0};
  constexpr std::array<std::uint8_t, 4> kNone{};
  if (method == Method::kAllocate) add(message, kRequestedTransport, kTransport);
  if (method == Method::kRefresh) add(message, kLifetime, kNone);
  return message;
}

Bytes request(Method method, const Transaction& transaction, const Login& login, const Challenge& challenge) {
  Bytes message = request(method, transaction);
  add(message, kUsername, login.user);
  add(message, kRealm, challenge.realm);
  add(message, kNonce, challenge.nonce);
  add_integrity(message, login, challenge);
  return message;
}

std::optional<std::size_t> size_of(std::span<const std::uint8_t> header) {
  if (header.size() < kHeader || header[0] > 3 || !std::ranges::equal(header.subspan(4, 4), kCookie))
    return std::nullopt;
  return kHeader + number_at(header, kLength);
}

std::optional<Reply> parse_reply(std::span<const std::uint8_t> bytes, Method method, const Transaction& transaction) {
  if (size_of(bytes) != bytes.size() || !std::ranges::equal(bytes.subspan(8, transaction.size()), transaction))
    return std::nullopt;
  const unsigned type = number_at(bytes, 0);
  const bool granted = type == (kSuccess | static_cast<unsigned>(method));
  if (!granted && type != (kError | static_cast<unsigned>(method))) return std::nullopt;
  Reply reply;
  bool told = granted;
  for (auto rest = bytes.subspan(kHeader); rest.size() >= 4;) {
    const unsigned attribute = number_at(rest, 0);
    const std::size_t size = number_at(rest, 2);
    if (4 + size > rest.size()) return std::nullopt;
    const auto value = rest.subspan(4, size);
    if (attribute == kErrorCode && size >= 4 && !granted) {
      reply.error = (value[2] & 7U) * 100 + value[3];
      reply.reason = text_of(value.subspan(4));
      told = reply.error != 0;
    }
    if (attribute == kRealm) reply.challenge.realm = text_of(value);
    if (attribute == kNonce) reply.challenge.nonce = text_of(value);
    rest = rest.subspan(std::min(rest.size(), (4 + size + 3) / 4 * 4));
  }
  if (!told) return std::nullopt;
  return reply;
}

}  // namespace stun
