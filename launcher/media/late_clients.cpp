// SPDX-License-Identifier: LGPL-2.1-or-later
#include "late_clients.h"

#include <gio/gio.h>

#include <algorithm>

#include "base/deadlines.h"

namespace {

std::string host_of(const std::string& client) {
  return client.substr(0, client.rfind(':'));
}

}  // namespace

void LateClients::watch(std::vector<UnfoundClient> clients) {
  clients_ = std::move(clients);
  asking_ = std::make_shared<LateClients*>(this);
  if (clients_.empty()) return timer_.stop();
  timer_.every(static_cast<guint>(deadlines().look_up.count()), [this] { look_up(); });
}

// Away from the main thread, which a name server that does not answer would hold up for seconds. The sinks are IPv4.
void LateClients::look_up() {
  struct Asked {
    std::weak_ptr<LateClients*> by;
    std::string client;
    GstPtr<GstElement> sink;
  };
  g_autoptr(GResolver) resolver = g_resolver_get_default();
  for (const auto& [client, sink] : clients_)
    g_resolver_lookup_by_name_with_flags_async(
        resolver, host_of(client).c_str(), G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY, nullptr,
        [](GObject* resolver, GAsyncResult* result, gpointer data) {
          const std::unique_ptr<Asked> asked(static_cast<Asked*>(data));
          GList* found = g_resolver_lookup_by_name_with_flags_finish(G_RESOLVER(resolver), result, nullptr);
          const std::string address = found ? take_string(g_inet_address_to_string(G_INET_ADDRESS(found->data))) : "";
          g_resolver_free_addresses(found);
          const auto by = asked->by.lock();
          if (by && !address.empty()) (*by)->take(asked->client, asked->sink.get(), address);
        },
        new Asked{asking_, client, gst_share(sink.get())});
}

void LateClients::take(const std::string& client, GstElement* sink, const std::string& address) {
  const auto one = std::ranges::find_if(
      clients_, [&](const auto& other) { return other.client == client && other.sink.get() == sink; });
  if (one == clients_.end()) return;  // an older question was answered too
  clients_.erase(one);
  if (clients_.empty()) timer_.stop();
  g_signal_emit_by_name(sink, "add", address.c_str(), std::stoi(client.substr(client.rfind(':') + 1)));
  found_(client);
}
