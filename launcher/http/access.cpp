// SPDX-License-Identifier: LGPL-2.1-or-later
#include "access.h"

#include <gio/gio.h>

#include <algorithm>
#include <array>

#include "base/glib_ptr.h"

namespace {

constexpr std::size_t kRemembered = 1000;
constexpr gsize kPrefix = 8;  // bytes of an IPv6 address that its network is known by

using Digest = std::array<guint8, 32>;

Digest digest_of(std::string_view text) {
  const std::unique_ptr<GChecksum, Deleter<g_checksum_free>> checksum(g_checksum_new(G_CHECKSUM_SHA256));
  g_checksum_update(checksum.get(), reinterpret_cast<const guchar*>(text.data()), static_cast<gssize>(text.size()));
  Digest digest{};
  gsize size = digest.size();
  g_checksum_get_digest(checksum.get(), digest.data(), &size);
  return digest;
}

}  // namespace

// Of digests, so that not even the length can be told from the time that it takes.
bool is_same_secret(std::string_view given, std::string_view right) {
  const Digest one = digest_of(given);
  const Digest other = digest_of(right);
  guint8 difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i) difference |= one[i] ^ other[i];
  return difference == 0;
}

bool Rights::are_for(std::string_view stream) const {
  return streams.empty() || std::ranges::find(streams, stream) != streams.end();
}

Rights Access::rights_of(std::string_view token) const {
  if (!needs_token()) return everybody_;
  const bool all = is_same_secret(token, tokens_.all);
  const bool view = is_same_secret(token, tokens_.view);
  const bool may_all = all && !tokens_.all.empty();
  Rights rights{.view = may_all || (view && !tokens_.view.empty()), .control = may_all};
  for (const auto& [other, streams] : tokens_.some)
    if (is_same_secret(token, other) && !rights.view) rights = {.view = true, .control = false, .streams = streams};
  return rights;
}

void WrongTokens::add(const std::string& address, double now) {
  std::erase_if(counts_, [now](const auto& one) { return now - one.second.last > kWait; });
  if (counts_.size() >= kRemembered)
    counts_.erase(std::ranges::min_element(counts_, {}, [](const auto& one) { return one.second.last; }));
  auto& count = counts_[network_of(address)];
  ++count.wrong;
  count.last = now;
}

double WrongTokens::wait(const std::string& address, double now) const {
  const auto found = counts_.find(network_of(address));
  if (found == counts_.end() || found->second.wrong < kMost) return 0;
  return std::max(0.0, found->second.last + kWait - now);
}

std::string network_of(const std::string& address) {
  const GObjectPtr<GInetAddress> ip(g_inet_address_new_from_string(address.c_str()));
  if (!ip || g_inet_address_get_family(ip.get()) != G_SOCKET_FAMILY_IPV6) return address;
  const guint8* bytes = g_inet_address_to_bytes(ip.get());
  std::array<guint8, 16> network{};
  // one that stands for an IPv4 address (::ffff:192.0.2.1) is as good as that
  const gsize kept = g_inet_address_get_is_loopback(ip.get()) ||
                             std::all_of(bytes, bytes + kPrefix, [](guint8 byte) { return byte == 0; })
                         ? network.size()
                         : kPrefix;
  std::copy_n(bytes, kept, network.begin());
  const GObjectPtr<GInetAddress> first(g_inet_address_new_from_bytes(network.data(), G_SOCKET_FAMILY_IPV6));
  g_autofree char* text = g_inet_address_to_string(first.get());
  return text;
}
