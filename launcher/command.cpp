// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command.h"

#include <glib-unix.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/descriptors.h"
#include "base/user_error.h"

namespace {

constexpr int kSignalled = 128;  // and the signal's number, as shells have it

std::string words(int status) {
  if (WIFSIGNALED(status))
    return "The program was ended by a signal: " + std::string(strsignal(WTERMSIG(status))) + ".";
  const int code = WEXITSTATUS(status);
  return code == 0 ? "The program has ended." : "The program has ended with exit code " + std::to_string(code) + ".";
}

// Signals that were sent to us alone, a byte each. Of Ctrl-C the terminal (the kernel) has told the program too.
std::array<int, 2> heard{-1, -1};

void hear(int signal, siginfo_t* info, void*) {
  const int error = errno;
  const char byte = static_cast<char>(signal);
  if (info->si_code != SI_KERNEL) [[maybe_unused]]
    const ssize_t written = write(heard[1], &byte, 1);
  errno = error;
}

}  // namespace

Command::Command(const std::vector<std::string>& command, const std::map<std::string, std::string>& variables,
                 Ended ended)
    : ended_(std::move(ended)) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  g_auto(GStrv) environment = g_get_environ();
  for (const auto& [name, value] : variables)
    environment = g_environ_setenv(environment, name.c_str(), value.c_str(), TRUE);
  constexpr auto kFlags =
      static_cast<GSpawnFlags>(G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN);
  g_autoptr(GError) error = nullptr;
  if (!g_spawn_async(
          nullptr, argv.data(), environment, kFlags, [](gpointer) { restore_descriptors(); }, nullptr, &pid_, &error))
    throw UserError("run: " + std::string(error->message));
  child_ = g_child_watch_add(
      pid_,
      [](GPid, gint status, gpointer data) {
        auto* self = static_cast<Command*>(data);
        self->child_ = 0;
        self->pid_ = 0;
        // from here on they end us
        for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
        self->ended_(WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status), words(status));
      },
      this);
  pass_signals_on();
}

void Command::pass_signals_on() {
  g_autoptr(GError) error = nullptr;
  if (!g_unix_open_pipe(heard.data(), FD_CLOEXEC, &error))
    throw UserError(std::string("no pipe can be made for signals: ") + error->message);
  struct sigaction action {};
  action.sa_sigaction = hear;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
  signals_ = g_unix_fd_add(
      heard[0], G_IO_IN,
      [](int pipe, GIOCondition, gpointer data) -> gboolean {
        char signal = 0;
        const auto* self = static_cast<Command*>(data);
        if (read(pipe, &signal, 1) == 1 && self->pid_ != 0) kill(self->pid_, signal);
        return G_SOURCE_CONTINUE;
      },
      this);
}

Command::~Command() {
  if (child_ != 0) g_source_remove(child_);
  if (signals_ != 0) g_source_remove(signals_);
}
