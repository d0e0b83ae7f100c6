// SPDX-License-Identifier: LGPL-2.1-or-later
// One message of a program, as it comes from its socket.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string>

#include "core/fd.h"
#include "windows/messages.h"

struct Packet {
  std::string text;
  core::Fd descriptor;
};

// No text: the program has gone.
inline Packet receive(int socket) {
  std::array<char, windows::kMaxMessage> text{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec part{text.data(), text.size()};
  msghdr packet{};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  packet.msg_control = control.data();
  packet.msg_controllen = control.size();
  const ssize_t size = recvmsg(socket, &packet, MSG_CMSG_CLOEXEC);
  Packet received{std::string(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0), {}};
  const cmsghdr* const rights = size > 0 ? CMSG_FIRSTHDR(&packet) : nullptr;
  if (rights && rights->cmsg_type == SCM_RIGHTS) {
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(rights), sizeof descriptor);
    received.descriptor.reset(descriptor);
  }
  return received;
}
