// SPDX-License-Identifier: LGPL-2.1-or-later
#include "request.h"

#include <gio/gio.h>

#include <string_view>

#include "base/glib_ptr.h"
#include "stream_path.h"
#include "tokens.h"

namespace {

// The last word of a list like "192.0.2.1, 198.51.100.7": each proxy adds the one that it sees itself.
std::string last_of(std::string_view list) {
  const std::string_view last = list.substr(list.rfind(',') + 1);  // without a comma: all
  return take_string(g_strstrip(g_strndup(last.data(), last.size())));
}

}  // namespace

Request read_request(SoupServerMessage* message, const Origins& origins, const std::vector<std::string>& streams) {
  Request request;
  GUri* uri = soup_server_message_get_uri(message);
  const StreamPath path = split_path(origins.without_key(g_uri_get_path(uri)).path);
  request.stream = path.stream;
  request.list = path.rest == "/streams" && path.stream.empty();
  if (request.stream.empty() && streams.size() == 1) request.stream = streams.front();
  if (const char* query = g_uri_get_query(uri)) {
    g_autoptr(GHashTable) fields = soup_form_decode(query);
    GHashTableIter iterator;
    gpointer name = nullptr;
    gpointer value = nullptr;
    g_hash_table_iter_init(&iterator, fields);
    while (g_hash_table_iter_next(&iterator, &name, &value))
      request.query[static_cast<const char*>(name)] = static_cast<const char*>(value);
  }
  const auto several = request.query.find("streams");
  if (several != request.query.end() && path.rest == "/ws" && path.stream.empty() && !streams.empty() &&
      !streams.front().empty()) {
    request.streams = stream_names(several->second);
    request.stream.clear();
  }
  if (const char* address = soup_server_message_get_remote_host(message)) request.address = address;
  // whoever is not on this machine could write there what it likes
  if (origins.proxied() && is_loopback(request.address)) {
    const char* by = soup_message_headers_get_list(soup_server_message_get_request_headers(message), "X-Forwarded-For");
    const std::string last = by ? last_of(by) : "";
    if (g_hostname_is_ip_address(last.c_str())) request.address = last;
  }
  return request;
}
