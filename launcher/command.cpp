// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command.h"

#include <glib-unix.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "base/user_error.h"

namespace {

constexpr int kSignalled = 128;  // and the signal's number, as shells have it

std::string words(int status) {
  if (WIFSIGNALED(status))
    return "The program was ended by a signal: " + std::string(strsignal(WTERMSIG(status))) + ".";
  const int code = WEXITSTATUS(status);
  return code == 0 ? "The program has ended." : "The program has ended with exit code " + std::to_string(code) + ".";
}

// Of Ctrl-C the terminal has told the program too.
bool by_terminal(int signal) {
  return signal == SIGINT && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

}  // namespace

Command::Command(const std::vector<std::string>& command, const std::map<std::string, std::string>& variables,
                 Ended ended)
    : ended_(std::move(ended)), passed_{{{*this, SIGINT}, {*this, SIGTERM}}} {
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
  if (!g_spawn_async(nullptr, argv.data(), environment, kFlags, nullptr, nullptr, &pid_, &error))
    throw UserError("run: " + std::string(error->message));
  watches_.push_back(g_child_watch_add(
      pid_,
      [](GPid, gint status, gpointer data) {
        auto* self = static_cast<Command*>(data);
        self->pid_ = 0;
        self->ended_(WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status), words(status));
      },
      this));
  for (const auto& passed : passed_)
    watches_.push_back(g_unix_signal_add(passed.signal, pass_on, const_cast<Passed*>(&passed)));
}

Command::~Command() {
  for (const guint watch : watches_)
    if (GSource* source = g_main_context_find_source_by_id(nullptr, watch)) g_source_destroy(source);
}

gboolean Command::pass_on(gpointer passed) {
  const auto& [to, signal] = *static_cast<const Passed*>(passed);
  if (to.pid_ != 0 && !by_terminal(signal)) kill(to.pid_, signal);
  return G_SOURCE_CONTINUE;
}
