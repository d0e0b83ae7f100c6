// SPDX-License-Identifier: LGPL-2.1-or-later
// What a WHIP endpoint says in its Link headers.
#include "whip/link_header.h"

#include "must.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // a header's text ends at the first NUL
  const std::string text = std::string(reinterpret_cast<const char*>(data), size).c_str();
  const auto links = ice_links(text);
  must(links.size() * 3 <= text.size(), "a link has at least its brackets and a comma");
  for (const auto& link : links) {
    must(text.find("<" + link.url + ">") != std::string::npos, "a URL is as it was written");
    must(link.username.size() + link.credential.size() <= text.size(),
         "a login is not longer than what it was read from");
  }
  return 0;
}
