// SPDX-License-Identifier: LGPL-2.1-or-later
#include "local_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace {

std::string text_of(const in_addr& address) {
  std::array<char, INET_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET, &address, text.data(), text.size()) ? text.data() : "";
}

// The address that packets to elsewhere leave from. Connecting a UDP socket looks the route up and sends nothing.
std::string default_route_address() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return "";
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  inet_pton(AF_INET, "198.51.100.1", &address.sin_addr);  // RFC 5737: only for documentation, no host has it
  socklen_t size = sizeof address;
  const bool found = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  return found ? text_of(address.sin_addr) : "";
}

std::string first_interface_address() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return "";
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned(list, freeifaddrs);
  for (const ifaddrs* item = list; item; item = item->ifa_next) {
    const bool fits = item->ifa_addr && item->ifa_addr->sa_family == AF_INET && (item->ifa_flags & IFF_UP) &&
                      !(item->ifa_flags & IFF_LOOPBACK);
    if (fits) return text_of(reinterpret_cast<const sockaddr_in*>(item->ifa_addr)->sin_addr);
  }
  return "";
}

}  // namespace

std::vector<std::string> media_addresses(const std::string& host) {
  if (host == "0.0.0.0" || host == "::") return {};
  if (host != "localhost" && host != "::1" && !host.starts_with("127.")) return {host};
  std::vector<std::string> addresses{"127.0.0.1"};
  // Firefox never uses a loopback candidate (its pref media.peerconnection.ice.loopback). So one more address is needed
  // even when the page is only for this machine. Other machines may reach that port, but without the page's ICE
  // password it answers nobody.
  std::string other = default_route_address();
  if (other.empty()) other = first_interface_address();
  if (!other.empty()) addresses.push_back(std::move(other));
  return addresses;
}
