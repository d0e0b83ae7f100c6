// SPDX-License-Identifier: LGPL-2.1-or-later
#include "end_signals.h"

#include <glib-unix.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include "base/user_error.h"

namespace {

std::array<int, 2> ends{-1, -1};

// g_unix_signal_add would give the default action back only when the main thread has heard the first signal.
void heard(int) {
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(ends[1], "", 1);
  errno = error;
}

}  // namespace

void on_end_signal(Task task) {
  g_autoptr(GError) error = nullptr;
  if (!g_unix_open_pipe(ends.data(), FD_CLOEXEC, &error))
    throw UserError(std::string("no pipe can be made for signals: ") + error->message);
  struct sigaction action {};
  action.sa_handler = heard;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
  g_unix_fd_add_full(
      G_PRIORITY_DEFAULT, ends[0], G_IO_IN,
      [](int, GIOCondition, gpointer data) -> gboolean {
        // from here on the other one of the two ends the process too
        for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
        (*static_cast<Task*>(data))();
        return G_SOURCE_REMOVE;
      },
      new Task(std::move(task)), [](gpointer data) { delete static_cast<Task*>(data); });
}
