// SPDX-License-Identifier: LGPL-2.1-or-later
#include "woken_in_turn.h"

#include <glib.h>
#include <sched.h>

namespace {

void set_policy(int policy) {
  const sched_param none{};
  sched_setscheduler(0, policy, &none);  // where it is forbidden, all is as it was
}

// What is started inherits the policy, so the thread has it only while it waits.
gint wait_for_turn(GPollFD* descriptors, guint count, gint timeout) {
  set_policy(SCHED_BATCH);
  const gint ready = g_poll(descriptors, count, timeout);
  set_policy(SCHED_OTHER);
  return ready;
}

}  // namespace

void be_woken_in_turn() {
  if (sched_getscheduler(0) == SCHED_OTHER) g_main_context_set_poll_func(nullptr, wait_for_turn);
}
