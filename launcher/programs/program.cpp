// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program.h"

#include <glib-unix.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace {

// While so much has not been read by the program yet, moves of the mouse are left out: what comes after them is not
// to be lost.
constexpr int kBehind = 16 * 1024;
constexpr int kMostAtOnce = 1000;

struct Packet {
  std::string text;
  core::Fd descriptor{};
  bool whole = true;
};

// Nothing: there is none now, or (`ended`) none any more.
std::optional<Packet> receive(int socket, bool& ended) {
  std::vector<char> text(windows::kMaxMessage + 1);
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec part{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  // room for one: with CMSG_SPACE's a second one would fit, and be ours without our knowing
  message.msg_controllen = CMSG_LEN(sizeof(int));
  const ssize_t size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  ended = size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR);
  if (size <= 0) return std::nullopt;
  Packet packet{.text = std::string(text.data(), static_cast<std::size_t>(size))};
  packet.whole =
      static_cast<std::size_t>(size) <= windows::kMaxMessage && (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  for (cmsghdr* part_of = CMSG_FIRSTHDR(&message); part_of; part_of = CMSG_NXTHDR(&message, part_of)) {
    if (part_of->cmsg_level != SOL_SOCKET || part_of->cmsg_type != SCM_RIGHTS) continue;
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(part_of), sizeof(descriptor));
    packet.descriptor.reset(descriptor);
  }
  return packet;
}

}  // namespace

Program::Program(core::Fd socket, Events events) : socket_(std::move(socket)), events_(std::move(events)) {
  watch_ = g_unix_fd_add(
      socket_.get(), static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR),
      [](int, GIOCondition, gpointer data) -> gboolean {
        return static_cast<Program*>(data)->hear() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
      },
      this);
}

Program::~Program() {
  stop();
}

void Program::stop() {
  if (watch_ != 0) g_source_remove(std::exchange(watch_, 0));
}

void Program::hear_all() {
  for (int i = 0; i < kMostAtOnce && watch_ != 0; ++i)
    if (pollfd one{socket_.get(), POLLIN, 0}; poll(&one, 1, 0) <= 0 || !hear()) return;
}

// One message at a time: others are to have their turn.
bool Program::hear() {
  bool ended = false;
  auto packet = receive(socket_.get(), ended);
  std::string wrong;
  if (packet) {
    try {
      if (!packet->whole)
        throw std::runtime_error("a message of more than " + std::to_string(windows::kMaxMessage) +
                                 " bytes, or with more than one descriptor");
      const auto message = windows::parse_from_program(packet->text);
      if (const auto* error = std::get_if<windows::Error>(&message)) throw std::runtime_error(error->message);
      if (std::holds_alternative<windows::Program>(message) == std::exchange(greeted_, true))
        throw std::runtime_error("the first message, and only that, is \"program\"");
      events_.said(message, std::move(packet->descriptor));
      return true;
    } catch (const std::runtime_error& error) {
      wrong = error.what();
    }
  }
  if (!ended && wrong.empty()) return true;
  stop();
  if (!wrong.empty()) say(windows::Failed{wrong});
  events_.gone(wrong);  // may end this
  return false;
}

void Program::say(const windows::ToProgram& message) {
  int unread = 0;
  if (std::holds_alternative<windows::MouseEvent>(message) && std::get<windows::MouseEvent>(message).event == 0 &&
      ioctl(socket_.get(), SIOCOUTQ, &unread) == 0 && unread > kBehind)
    return;
  const std::string text = windows::encode(message);
  // a program that has gone is heard of when it is read from
  [[maybe_unused]] const ssize_t sent = send(socket_.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}
