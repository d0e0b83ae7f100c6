// SPDX-License-Identifier: LGPL-2.1-or-later
// What cv-launch is to programs with windows, for tests: fake-launcher SOCKET. Each line that it writes is what a
// program said, with the number of its connection, or what lies in its memory; a line "CONNECTION MESSAGE" that it
// reads is said to that program. It ends when there is no more to read.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

#include "core/json.h"
#include "packet.h"
#include "windows/messages.h"
#include "windows/picture_memory.h"

namespace {

struct Connection {
  core::Fd socket;
  std::map<std::uint32_t, std::unique_ptr<windows::PictureReader>> pictures{};
};

std::map<int, Connection> connections;
int last_connection = 0;

void tell(core::OrderedJson line) {
  std::cout << core::json_text(line) << std::endl;
}

core::Fd listen_at(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  core::Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  unlink(path);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(socket.get(), 16) != 0)
    throw std::runtime_error(std::string(path) + ": " + std::strerror(errno));
  return socket;
}

// Of small pictures all pixels, of others those of the corners.
core::OrderedJson pixels_of(const windows::Picture& picture) {
  constexpr std::uint32_t kSmall = 64;
  const auto pixel = [&](std::uint32_t x, std::uint32_t y) {
    const std::uint8_t* const at = picture.pixels + std::size_t{y} * picture.stride + std::size_t{x} * picture.channels;
    return std::vector<int>(at, at + picture.channels);
  };
  std::vector<std::vector<int>> pixels;
  const std::uint32_t right = picture.width - 1;
  const std::uint32_t below = picture.height - 1;
  if (std::size_t{picture.width} * picture.height > kSmall)
    return std::vector{pixel(0, 0), pixel(right, 0), pixel(0, below), pixel(right, below)};
  for (std::uint32_t y = 0; y <= below; ++y)
    for (std::uint32_t x = 0; x <= right; ++x) pixels.push_back(pixel(x, y));
  return pixels;
}

void tell_picture(int number, Connection& connection, std::uint32_t window) {
  auto& pictures = connection.pictures[window];
  const auto picture = pictures ? pictures->take() : std::nullopt;
  if (!picture) return tell({{"connection", number}, {"window", window}, {"picture", nullptr}});
  core::OrderedJson told{{"number", picture->number},
                         {"width", picture->width},
                         {"height", picture->height},
                         {"channels", picture->channels},
                         {"pixels", pixels_of(*picture)}};
  if (!picture->objects.empty()) told["objects"] = core::OrderedJson::parse(picture->objects);
  tell({{"connection", number}, {"window", window}, {"picture", std::move(told)}});
}

// False: it has gone.
bool hear(int number, Connection& connection) {
  Packet packet = receive(connection.socket.get());
  if (packet.text.empty()) return false;
  tell({{"connection", number}, {"said", core::parse_json_object(packet.text).object}});
  const auto message = windows::parse_from_program(packet.text);
  if (const auto* error = std::get_if<windows::Error>(&message)) throw std::runtime_error(error->message);
  if (const auto* memory = std::get_if<windows::Memory>(&message))
    connection.pictures[memory->window] =
        std::make_unique<windows::PictureReader>(std::move(packet.descriptor), memory->slot);
  if (const auto* ready = std::get_if<windows::PictureReady>(&message)) tell_picture(number, connection, ready->window);
  return true;
}

void say(const std::string& line) {
  const auto space = line.find(' ');
  const auto found = connections.find(std::stoi(line));
  if (found == connections.end() || space == std::string::npos) return;
  const std::string text = line.substr(space + 1);
  send(found->second.socket.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// The whole lines of what is there.
bool hear_input(std::string& rest) {
  std::array<char, 4096> text{};
  const ssize_t size = read(STDIN_FILENO, text.data(), text.size());
  if (size <= 0) return false;
  rest.append(text.data(), static_cast<std::size_t>(size));
  for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
    say(rest.substr(0, end));
    rest.erase(0, end + 1);
  }
  return true;
}

void serve(const core::Fd& listening) {
  std::string input;
  while (true) {
    std::vector<pollfd> waited{{STDIN_FILENO, POLLIN, 0}, {listening.get(), POLLIN, 0}};
    std::vector<int> numbers;
    for (const auto& [number, connection] : connections) {
      waited.push_back({connection.socket.get(), POLLIN, 0});
      numbers.push_back(number);
    }
    if (poll(waited.data(), waited.size(), -1) < 0) continue;
    if (waited[0].revents != 0 && !hear_input(input)) return;
    if (waited[1].revents != 0)
      connections[++last_connection].socket.reset(accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (waited[i + 2].revents == 0 || hear(numbers[i], connections[numbers[i]])) continue;
      connections.erase(numbers[i]);
      tell({{"connection", numbers[i]}, {"gone", true}});
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    const core::Fd listening = listen_at(argv[1]);
    tell({{"listening", argv[1]}});
    serve(listening);
  } catch (const std::exception& error) {
    tell({{"error", error.what()}});
    return 1;
  }
  return 0;
}
