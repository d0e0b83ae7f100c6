// SPDX-License-Identifier: LGPL-2.1-or-later
// Ctrl-C (SIGINT) and SIGTERM.
#pragma once

#include "base/main_thread.h"

// The first of these signals runs `task` on the main thread. The second one of a kind ends the process at once, even if
// the main thread hangs. To be called once.
void on_end_signal(Task task);
