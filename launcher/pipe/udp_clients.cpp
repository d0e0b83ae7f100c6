// SPDX-License-Identifier: LGPL-2.1-or-later
#include "udp_clients.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

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

struct Sink {
  GstPtr<GstElement> element;
  Clients clients;
};

// Whether the sink may be the one that these are meant for: it has none but them.
bool is_for(const Wanted& wanted, const Sink& sink, GstElement* pipeline) {
  g_autoptr(GstObject) parent = gst_element_get_parent(sink.element.get());
  const bool place =
      wanted.child.empty() ? parent == GST_OBJECT(pipeline) : wanted.child == GST_OBJECT_NAME(sink.element.get());
  return place && std::ranges::includes(wanted.clients, sink.clients);
}

// Takes the first wanted that belongs to a sink beyond doubt, and that sink. Nothing: there is none.
template <typename Sure>
std::optional<std::pair<Wanted, Sink>> take_pair(std::vector<Wanted>& all, std::vector<Sink>& sinks, Sure sure) {
  for (auto sink = sinks.begin(); sink != sinks.end(); ++sink)
    if (const auto wanted = sure(*sink); wanted != all.end()) {
      std::pair pair(std::move(*wanted), std::move(*sink));
      all.erase(wanted);
      sinks.erase(sink);
      return pair;
    }
  return std::nullopt;
}

void add_missing(std::vector<UnfoundClient>& unfound, const Wanted& wanted, const Clients& had, GstElement* sink) {
  for (const auto& client : wanted.clients)
    if (!had.contains(client)) unfound.push_back({client, sink ? gst_share(sink) : nullptr});
}

}  // namespace

std::vector<UnfoundClient> unfound_clients(const PipeText& pipe, GstElement* pipeline) {
  std::vector<Wanted> all;
  for (const auto& token : pipe.tokens)
    if (auto wanted = wanted_by(token.text); !wanted.clients.empty()) all.push_back(std::move(wanted));
  std::vector<Sink> sinks;
  for (auto& element : udp_sinks(pipeline)) {
    Clients clients = clients_of(element.get());
    sinks.push_back({std::move(element), std::move(clients)});
  }
  // one that has all that a text names; then one that can be meant by a single text
  const auto whole = [&](const Sink& sink) {
    return std::ranges::find_if(
        all, [&](const auto& one) { return one.clients == sink.clients && is_for(one, sink, pipeline); });
  };
  const auto only = [&](const Sink& sink) {
    const auto fits = [&](const auto& one) { return is_for(one, sink, pipeline); };
    return std::ranges::count_if(all, fits) == 1 ? std::ranges::find_if(all, fits) : all.end();
  };
  std::vector<UnfoundClient> unfound;
  while (take_pair(all, sinks, whole)) continue;
  while (const auto pair = take_pair(all, sinks, only))
    add_missing(unfound, pair->first, pair->second.clients, pair->second.element.get());
  for (const auto& wanted : all) add_missing(unfound, wanted, {}, nullptr);
  return unfound;
}
