// SPDX-License-Identifier: LGPL-2.1-or-later
#include "public_origin.h"

#include <gio/gio.h>

#include <string_view>

#include "base/glib_ptr.h"
#include "base/user_error.h"

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
