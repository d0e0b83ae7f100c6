// SPDX-License-Identifier: LGPL-2.1-or-later
#include "udp_clients.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace {

std::set<std::string> each_of(const std::string& clients) {
  g_auto(GStrv) list = g_strsplit(clients.c_str(), ",", -1);
  std::set<std::string> out;
  for (char** client = list; *client; ++client)
    if (*g_strstrip(*client)) out.insert(*client);
  return out;
}

// The value of "clients=…", or of "child::clients=…"; "" for another token.
std::string clients_in(std::string token) {
  constexpr std::string_view kName = "clients=";
  const auto at = token.find(kName);
  if (at == std::string::npos || (at != 0 && token[at - 1] != ':')) return "";
  token.erase(0, at + kName.size());
  std::erase(token, '"');
  return token;
}

std::set<std::string> clients_of(GstElement* pipeline) {
  std::set<std::string> out;
  g_autoptr(GstIterator) sinks = gst_bin_iterate_all_by_element_factory_name(GST_BIN(pipeline), "multiudpsink");
  g_autoptr(GstIterator) single = gst_bin_iterate_all_by_element_factory_name(GST_BIN(pipeline), "udpsink");
  for (GstIterator* all : {sinks, single})
    gst_iterator_foreach(
        all,
        [](const GValue* item, gpointer data) {
          g_autofree char* clients = nullptr;
          g_object_get(g_value_get_object(item), "clients", &clients, nullptr);
          if (clients) static_cast<std::set<std::string>*>(data)->merge(each_of(clients));
        },
        &out);
  return out;
}

}  // namespace

std::vector<std::string> unfound_clients(const PipeText& pipe, GstElement* pipeline) {
  std::set<std::string> wanted;
  for (const auto& token : pipe.tokens) wanted.merge(each_of(clients_in(token.text)));
  if (wanted.empty()) return {};
  const std::set<std::string> had = clients_of(pipeline);
  std::vector<std::string> missing;
  std::ranges::set_difference(wanted, had, std::back_inserter(missing));
  return missing;
}
