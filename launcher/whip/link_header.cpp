// SPDX-License-Identifier: LGPL-2.1-or-later
#include "link_header.h"

#include <libsoup/soup.h>

#include <memory>
#include <optional>

#include "base/glib_ptr.h"

namespace {

using List = std::unique_ptr<GSList, Deleter<soup_header_free_list>>;
using Params = std::unique_ptr<GHashTable, Deleter<soup_header_free_param_list>>;

std::string param(const Params& params, const char* name) {
  const auto* value = static_cast<const char*>(g_hash_table_lookup(params.get(), name));
  return value ? value : "";
}

// <URL>; rel="ice-server"; username="…"; credential="…"
std::optional<IceLink> ice_link(const std::string& text) {
  const auto end = text.find('>');
  if (!text.starts_with('<') || end == std::string::npos) return std::nullopt;
  const auto begin = text.find(';', end);
  if (begin == std::string::npos) return std::nullopt;
  const Params params(soup_header_parse_semi_param_list(text.c_str() + begin + 1));
  if (param(params, "rel") != "ice-server") return std::nullopt;
  return IceLink{text.substr(1, end - 1), param(params, "username"), param(params, "credential")};
}

}  // namespace

std::vector<IceLink> ice_links(const std::string& header) {
  std::vector<IceLink> links;
  const List list(soup_header_parse_list(header.c_str()));
  for (const GSList* item = list.get(); item; item = item->next)
    if (auto link = ice_link(static_cast<const char*>(item->data))) links.push_back(std::move(*link));
  return links;
}
