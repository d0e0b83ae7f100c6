// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace core {
namespace {

constexpr int kSocket = 3;
constexpr int kMemory = 4;

struct Descriptors {
  int socket;
  int memory;
  int output;
  int failure;  // exec closes it; if exec fails, its errno comes through it
};

struct Ends {
  Fd ours;
  Fd theirs;
};

Ends make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
  return Ends{Fd(ends[0]), Fd(ends[1])};
}

Ends make_sockets() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::runtime_error(std::string("no socket: ") + std::strerror(errno));
  return Ends{Fd(ends[0]), Fd(ends[1])};
}

// Runs in the child of a process that may have many threads, so only system calls are safe.
[[noreturn]] void become(char* const* argv, const Descriptors& given, pid_t parent) {
  // A group of its own: Ctrl-C in the terminal reaches only the parent, which ends the child.
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  // moved up first, so that dup2 below closes none of them
  const int failure = fcntl(given.failure, F_DUPFD_CLOEXEC, 10);
  const int socket = fcntl(given.socket, F_DUPFD_CLOEXEC, 10);
  const int memory = fcntl(given.memory, F_DUPFD_CLOEXEC, 10);
  const int output = fcntl(given.output, F_DUPFD_CLOEXEC, 10);
  const int nothing = fcntl(open("/dev/null", O_RDONLY | O_CLOEXEC), F_DUPFD_CLOEXEC, 10);
  close_range(kMemory + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  const bool placed = dup2(nothing, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
                      dup2(output, STDERR_FILENO) >= 0 && dup2(socket, kSocket) >= 0 && dup2(memory, kMemory) >= 0;
  if (placed && getppid() == parent) execvp(argv[0], argv);
  const int error = errno;
  [[maybe_unused]] const auto written = write(failure, &error, sizeof error);
  _exit(127);
}

// PR_SET_PDEATHSIG ends only the child itself. If we are killed, nobody is left to end what it has started. So a shell
// waits for the end of our pipe, and ends the process group then. It has no part in our memory, as a fork would have.
// -1 if there is no shell: then only the child itself ends with us.
pid_t start_guard(pid_t group, const Fd& pipe) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, pipe.get(), STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::array<std::string, 4> words{"sh", "-c", "read end; kill -s KILL -- \"-$0\"", std::to_string(group)};
  std::array<char*, 5> argv{words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
  std::array<char*, 1> environment{nullptr};
  pid_t pid = -1;
  if (posix_spawn(&pid, "/bin/sh", &files, &attributes, argv.data(), environment.data()) != 0) pid = -1;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return pid;
}

// Waits for a child of ours to end.
int reap(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string describe(int status) {
  if (WIFSIGNALED(status)) return std::string("was ended by a signal (") + strsignal(WTERMSIG(status)) + ")";
  return "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, int memory) {
  Ends socket = make_sockets();
  Ends output = make_pipe();
  Ends failure = make_pipe();
  Ends alive = make_pipe();
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("can't be started: " + std::string(std::strerror(errno)));
  if (pid_ == 0) become(argv.data(), {socket.theirs.get(), memory, output.theirs.get(), failure.theirs.get()}, parent);

  failure.theirs.reset();
  int error = 0;
  ssize_t length = 0;
  do {
    length = read(failure.ours.get(), &error, sizeof error);
  } while (length < 0 && errno == EINTR);
  if (length > 0) {
    reap(pid_);
    pid_ = -1;
    throw std::runtime_error("can't be run: \"" + command[0] + "\": " + std::strerror(error));
  }
  fcntl(output.ours.get(), F_SETFL, O_NONBLOCK);
  socket_ = std::move(socket.ours);
  output_ = std::move(output.ours);
  // glibc 2.36 declares pidfd_open for C only
  ended_.reset(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  alive_ = std::move(alive.theirs);
  guard_ = start_guard(pid_, alive.ours);
}

ChildProcess::~ChildProcess() {
  end();
}

void ChildProcess::ask_to_end() {
  shutdown(socket_.get(), SHUT_RDWR);
  kill(-pid_, SIGTERM);
}

bool ChildProcess::wait_end(std::chrono::milliseconds limit) const {
  pollfd item{ended_.get(), POLLIN, 0};
  return poll(&item, 1, static_cast<int>(limit.count())) > 0;
}

std::string ChildProcess::end() {
  if (pid_ < 0) return {};
  // ends a wait for an answer, even if another process still holds the other end
  shutdown(socket_.get(), SHUT_RDWR);
  // first of all, because later the group's number may be another one's
  if (guard_ > 0) {
    kill(guard_, SIGKILL);
    reap(std::exchange(guard_, -1));
  }
  // before it is reaped: until then no other process can have this number
  kill(-pid_, SIGKILL);
  return describe(reap(std::exchange(pid_, -1)));
}

}  // namespace core
