// SPDX-License-Identifier: LGPL-2.1-or-later
// Which pages may talk to the server, and by which names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

// As browsers write it in Origin (RFC 6454, 6.1): "https://hub.example", with its port where that is not the usual one.
// Throws UserError for what is not http(s)://HOST[:PORT]; it names the `option`.
std::string public_origin(const std::string& text, const std::string& option = "--public-origin");

// The name or address of a Host header, without its port.
std::string_view name_of(std::string_view host);

class Origins {
 public:
  // As public_origin() gives them. `proxies`: where a proxy shows us; `other_sites`: their pages may load what we
  // serve, and connect. `key`: of frames, or "".
  explicit Origins(std::vector<std::string> proxies = {}, std::vector<std::string> other_sites = {},
                   std::string key = {});

  // A path whose first part is the key, without that. No other site can know it, so whoever does asks by any name and
  // from any page: what keeps those out need not be looked at.
  struct Path {
    std::string_view path;
    bool has_key = false;
  };
  Path without_key(std::string_view path) const;

  bool proxied() const { return !proxies_.empty(); }
  bool has_other_sites() const { return !other_sites_.empty(); }
  bool is_other_site(std::string_view origin) const;
  // Whether a request with this Host header is served, and whether a page of this Origin ("" for none) may open a
  // WebSocket. `loopback`: only this machine reaches the server.
  bool host_allowed(std::string_view host, bool loopback) const;
  bool origin_allowed(std::string_view origin, std::string_view host, bool loopback) const;

 private:
  bool is_public(std::string_view name) const;

  std::vector<std::string> proxies_;
  std::vector<std::string> other_sites_;
  std::string key_;
};
