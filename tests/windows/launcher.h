// SPDX-License-Identifier: LGPL-2.1-or-later
// cv-launch as a program with windows sees it, as far as a test says.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string>

#include "packet.h"
#include "windows/messages.h"
#include "windows/picture_memory.h"

namespace windows {

using std::chrono::milliseconds;

struct Said {
  FromProgram message;
  core::Fd descriptor;
};

class Launcher {
 public:
  explicit Launcher(const std::string& path) : listening_(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    unlink(path.c_str());
    EXPECT_EQ(bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listening_.get(), 8), 0);
  }

  void accept() { connection_.reset(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }
  bool somebody_connects(milliseconds limit) {
    pollfd waited{listening_.get(), POLLIN, 0};
    return poll(&waited, 1, static_cast<int>(limit.count())) == 1;
  }
  // The next message, of which there must be one.
  Said next() {
    Packet packet = receive(connection_.get());
    return {parse_from_program(packet.text), std::move(packet.descriptor)};
  }
  template <typename T>
  T next_as() {
    const auto said = next();
    const T* message = std::get_if<T>(&said.message);
    EXPECT_NE(message, nullptr) << "another message, number " << said.message.index();
    return message ? *message : T{};
  }
  PictureReader next_memory() {
    auto packet = next();
    const auto memory = std::get<Memory>(packet.message);
    return {std::move(packet.descriptor), memory.slot};
  }
  bool has_next() const {
    pollfd waited{connection_.get(), POLLIN, 0};
    return poll(&waited, 1, 0) == 1;
  }
  void say(const ToProgram& message) {
    const std::string text = encode(message);
    EXPECT_EQ(send(connection_.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  void hang_up() { connection_.reset(); }
  bool is_gone() const {
    char byte = 0;
    return recv(connection_.get(), &byte, 1, 0) == 0;
  }

 private:
  core::Fd listening_;
  core::Fd connection_;
};

}  // namespace windows
