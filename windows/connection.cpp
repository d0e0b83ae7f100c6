// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connection.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "messages.h"

namespace windows {
namespace {

constexpr std::chrono::seconds kBetweenAttempts{1};
// Not every kind of "no room" is one that poll() tells the end of.
constexpr std::chrono::milliseconds kUntilRoom{20};

}  // namespace

Connection::Connection(std::string path) : path_(std::move(path)), received_(kMaxMessage) {}

bool Connection::connect() {
  const auto now = Clock::now();
  sockaddr_un address{};
  if (socket_ || now < next_attempt_ || path_.size() >= sizeof address.sun_path) return false;
  next_attempt_ = now + kBetweenAttempts;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  core::Fd fresh(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fresh || ::connect(fresh.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  socket_ = std::move(fresh);
  full_ = false;
  return true;
}

void Connection::drop() {
  socket_.reset();
  next_attempt_ = {};
}

void Connection::lose() {
  socket_.reset();
  next_attempt_ = Clock::now() + kBetweenAttempts;
}

std::optional<std::chrono::milliseconds> Connection::retry() const {
  using std::chrono::milliseconds;
  if (socket_) return full_ ? std::optional(kUntilRoom) : std::nullopt;
  return std::max(std::chrono::ceil<milliseconds>(next_attempt_ - Clock::now()), milliseconds::zero());
}

bool Connection::send(const std::string& text, int descriptor) {
  if (!socket_) return false;
  iovec part{const_cast<char*>(text.data()), text.size()};
  msghdr packet{};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  if (descriptor >= 0) {
    packet.msg_control = control.data();
    packet.msg_controllen = control.size();
    cmsghdr* const rights = CMSG_FIRSTHDR(&packet);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  }
  const bool sent = sendmsg(socket_.get(), &packet, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
  if (!sent && (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN || errno == EBADF))
    lose();
  else
    full_ = !sent;
  return sent;
}

std::optional<std::string_view> Connection::receive() {
  while (socket_) {
    const ssize_t size = recv(socket_.get(), received_.data(), received_.size(), MSG_DONTWAIT);
    if (size > 0) return std::string_view(received_.data(), static_cast<std::size_t>(size));
    if (size < 0 && errno == EAGAIN) return std::nullopt;
    if (size == 0 || errno != EINTR) lose();
  }
  return std::nullopt;
}

}  // namespace windows
