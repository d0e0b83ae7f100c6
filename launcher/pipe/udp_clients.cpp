// SPDX-License-Identifier: LGPL-2.1-or-later
#include "udp_clients.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace {

using Clients = std::set<std::string>;

Clients each_of(const std::string& clients) {
  g_auto(GStrv) list = g_strsplit(clients.c_str(), ",", -1);
  Clients out;
  for (char** client = list; *client; ++client)
    if (*g_strstrip(*client)) out.insert(*client);
  return out;
}

struct Wanted {
  std::string child;  // of the sink in its element; "": the element is the sink
  Clients clients;
};

// Of "clients=…", or of "child::clients=…"; none for another token.
Wanted wanted_by(std::string token) {
  constexpr std::string_view kName = "clients=";
  constexpr std::string_view kMark = "::";
  const auto at = token.find(kName);
  if (at == std::string::npos || (at != 0 && token[at - 1] != ':')) return {};
  std::string child = token.substr(0, at < kMark.size() ? 0 : at - kMark.size());
  child.erase(0, child.rfind(':') + 1);
  token.erase(0, at + kName.size());
  std::erase(token, '"');
  return {child, each_of(token)};
}

Clients clients_of(GstElement* sink) {
  g_autofree char* clients = nullptr;
  g_object_get(sink, "clients", &clients, nullptr);
  return each_of(clients ? clients : "");
}

std::vector<GstPtr<GstElement>> udp_sinks(GstElement* pipeline) {
  std::vector<GstPtr<GstElement>> out;
  for (const char* factory : {"multiudpsink", "udpsink"}) {
    g_autoptr(GstIterator) all = gst_bin_iterate_all_by_element_factory_name(GST_BIN(pipeline), factory);
    gst_iterator_foreach(
        all,
        [](const GValue* item, gpointer data) {
          static_cast<std::vector<GstPtr<GstElement>>*>(data)->push_back(
              gst_share(GST_ELEMENT(g_value_get_object(item))));
        },
        &out);
  }
  return out;
}

// Whether the sink may be the one that these are meant for: it has none but them.
bool is_for(const Wanted& wanted, GstElement* sink, GstElement* pipeline, const Clients& had) {
  g_autoptr(GstObject) parent = gst_element_get_parent(sink);
  const bool place = wanted.child.empty() ? parent == GST_OBJECT(pipeline) : wanted.child == GST_OBJECT_NAME(sink);
  return place && std::ranges::includes(wanted.clients, had);
}

}  // namespace

std::vector<UnfoundClient> unfound_clients(const PipeText& pipe, GstElement* pipeline) {
  std::vector<UnfoundClient> unfound;
  const auto sinks = udp_sinks(pipeline);
  for (const auto& token : pipe.tokens) {
    const Wanted wanted = wanted_by(token.text);
    for (const auto& sink : sinks) {
      const Clients had = clients_of(sink.get());
      if (wanted.clients.empty() || !is_for(wanted, sink.get(), pipeline, had)) continue;
      std::vector<std::string> missing;
      std::ranges::set_difference(wanted.clients, had, std::back_inserter(missing));
      for (auto& client : missing) unfound.push_back({std::move(client), gst_share(sink.get())});
    }
  }
  return unfound;
}
