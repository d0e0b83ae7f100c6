// SPDX-License-Identifier: LGPL-2.1-or-later
#include "origins.h"

#include <gio/gio.h>

#include <algorithm>
#include <utility>

#include "access.h"
#include "base/glib_ptr.h"
#include "base/user_error.h"

namespace {

bool is_address(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return g_hostname_is_ip_address(std::string(host).c_str());
}

bool is_loopback_name(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host == "::1" || (is_address(host) && host.starts_with("127."));
}

bool is_own(std::string_view name, bool loopback) {
  if (is_loopback_name(name)) return true;
  // DNS rebinding needs a name, so any address is safe. Of the names only this machine's own are allowed.
  const std::string own = g_get_host_name();
  return !loopback && (is_address(name) || name == own || name == own + ".local");
}

bool has(const std::vector<std::string>& origins, std::string_view origin) {
  return std::ranges::find(origins, origin) != origins.end();
}

}  // namespace

std::string_view name_of(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

std::string public_origin(const std::string& text, const std::string& option) {
  g_autoptr(GUri) uri = g_uri_parse(text.c_str(), G_URI_FLAGS_NONE, nullptr);
  const std::string_view scheme = uri ? g_uri_get_scheme(uri) : "";
  const std::string_view path = uri ? g_uri_get_path(uri) : "";
  const char* host = uri ? g_uri_get_host(uri) : nullptr;
  if ((scheme != "http" && scheme != "https") || !host || !*host || (!path.empty() && path != "/") ||
      g_uri_get_userinfo(uri) || g_uri_get_query(uri) || g_uri_get_fragment(uri))
    throw UserError(option + "=" + text +
                    ": write what a browser's address line shows, up to the host or port: https://hub.example");
  // in its shortest form, if it is one
  const GObjectPtr<GInetAddress> address(g_inet_address_new_from_string(host));
  g_autofree char* name = address ? g_inet_address_to_string(address.get()) : g_ascii_strdown(host, -1);
  const bool v6 = address && g_inet_address_get_family(address.get()) == G_SOCKET_FAMILY_IPV6;
  const int port = g_uri_get_port(uri);
  const bool usual = port == -1 || port == (scheme == "http" ? 80 : 443);
  return std::string(scheme) + "://" + (v6 ? "[" : "") + name + (v6 ? "]" : "") +
         (usual ? "" : ":" + std::to_string(port));
}

Origins::Origins(std::vector<std::string> proxies, std::vector<std::string> other_sites, std::string key)
    : proxies_(std::move(proxies)), other_sites_(std::move(other_sites)), key_(std::move(key)) {}

Origins::Path Origins::without_key(std::string_view path) const {
  const std::size_t end = path.find('/', 1);
  if (key_.empty() || end == std::string_view::npos || !is_same_secret(path.substr(1, end - 1), key_)) return {path};
  return {path.substr(end), true};
}

bool Origins::is_other_site(std::string_view origin) const {
  return has(other_sites_, origin);
}

bool Origins::is_public(std::string_view name) const {
  return std::ranges::any_of(
      proxies_, [name](std::string_view origin) { return name_of(origin.substr(origin.find("://") + 3)) == name; });
}

bool Origins::host_allowed(std::string_view host, bool loopback) const {
  const auto name = name_of(host);
  return is_own(name, loopback) || is_public(name);  // a proxy may pass its own on
}

bool Origins::origin_allowed(std::string_view origin, std::string_view host, bool loopback) const {
  if (has(proxies_, origin) || is_other_site(origin)) return true;
  // where https:// is named, http:// is not meant
  if (const auto name = name_of(host); is_public(name) && !is_own(name, loopback)) return false;
  for (const std::string_view scheme : {"http://", "https://"})
    if (origin.starts_with(scheme)) return origin.substr(scheme.size()) == host;
  return false;
}
