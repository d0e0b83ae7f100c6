// SPDX-License-Identifier: LGPL-2.1-or-later
#include "own_launcher.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace windows {
namespace {

constexpr std::chrono::seconds kPatience{20};

// It is a child of nobody's: a program that waits for its own children would wait for it too. Descriptor 3 ends with
// the program, even with one that is killed; 4 is for the address.
constexpr const char* kScript = R"({
  "$0" --windows="$1/windows" </dev/null >&4 3<&- 4>&- & server=$!
  exec 4>&-
  { read _; kill $server; } <&3 3<&- 2>/dev/null & watch=$!
  wait $server
  kill $watch 2>/dev/null
  rm -rf "$1"
} &)";

std::runtime_error failed(int error) {
  return std::runtime_error(std::string("cv-launch can't be started: ") + std::strerror(error));
}

struct Pipe {
  core::Fd read, write;
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw failed(errno);
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
};

// It goes away by itself until the script has it, which removes it with what is in it.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::error_code wrong;
    path_ = std::filesystem::temp_directory_path(wrong) / "cv-launch-XXXXXX";
    if (wrong) throw failed(wrong.value());
    if (!mkdtemp(path_.data())) throw failed(errno);
  }
  ~PrivateFolder() {
    if (!path_.empty()) rmdir(path_.c_str());
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string release() { return std::exchange(path_, {}); }

 private:
  std::string path_;
};

// The terminal's Ctrl-C is the program's, and what the program ignores is its own too.
class Attributes {
 public:
  Attributes() {
    sigset_t none;
    sigset_t ours;
    sigemptyset(&none);
    sigemptyset(&ours);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD, SIGUSR1, SIGUSR2})
      sigaddset(&ours, signal);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &ours);
    posix_spawnattr_setflags(&attributes_,
                             static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

class Descriptors {
 public:
  Descriptors(int lifeline, int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, lifeline, 3);
    posix_spawn_file_actions_adddup2(&actions_, output, 4);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, 5);
  }
  ~Descriptors() { posix_spawn_file_actions_destroy(&actions_); }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// One that dup2() to 3 and 4 can't hit.
core::Fd above(const core::Fd& descriptor) {
  core::Fd copy(fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 5));
  if (!copy) throw failed(errno);
  return copy;
}

void spawn(const std::string& folder, const core::Fd& lifeline, const core::Fd& output) {
  const Attributes attributes;
  const Descriptors descriptors(lifeline.get(), output.get());
  std::array<const char*, 6> words{"sh", "-c", kScript, "cv-launch", folder.c_str(), nullptr};
  pid_t shell = 0;
  const int error = posix_spawn(&shell, "/bin/sh", descriptors.get(), attributes.get(),
                                const_cast<char* const*>(words.data()), environ);
  if (error != 0) throw failed(error);
  while (waitpid(shell, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string first_line(const core::Fd& output) {
  using std::chrono::steady_clock;
  const auto end = steady_clock::now() + kPatience;
  std::string text;
  while (text.find('\n') == std::string::npos) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now()).count();
    pollfd waited{output.get(), POLLIN, 0};
    const int ready = poll(&waited, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) throw std::runtime_error("cv-launch has been started, and does not say where it listens");
    std::array<char, 1024> part{};
    const ssize_t size = read(output.get(), part.data(), part.size());
    if (size == 0) throw std::runtime_error("no windows: cv-launch could not start, or is not installed");
    if (size > 0) text.append(part.data(), static_cast<std::size_t>(size));
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace

OwnLauncher::OwnLauncher() {
  Pipe lifeline;
  Pipe output;
  PrivateFolder folder;
  {
    // nobody but the children has these ends
    const core::Fd ended = above(lifeline.read);
    const core::Fd said = above(output.write);
    spawn(folder.path(), ended, said);
  }
  socket_ = folder.release() + "/windows";
  output.write.reset();
  address_ = first_line(output.read);
  lifeline_ = std::move(lifeline.write);
  output_ = std::move(output.read);
}

}  // namespace windows
