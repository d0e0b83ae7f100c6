// SPDX-License-Identifier: LGPL-2.1-or-later
// The STUN and TURN servers that a WHIP endpoint names in its Link headers (RFC 9725, 4.6). Pure.
#pragma once

#include <string>
#include <vector>

struct IceLink {
  std::string url;  // as the header has it: "turn:turn.example:3478?transport=udp"
  std::string username;
  std::string credential;
  bool operator==(const IceLink&) const = default;
};

// Of all Link headers of a reply, with ", " between them (RFC 9110, 5.3). What is no link to such a server is left out.
std::vector<IceLink> ice_links(const std::string& header);
