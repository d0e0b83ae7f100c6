// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// For the main thread, once: with each picture a program's imshow wakes it, and who is woken may take the processor
// from who runs, here from the program in the midst of that call. From now on it waits for its turn (SCHED_BATCH) when
// it is woken; threads and processes that it starts are as they would be. Does nothing where the user gave it another
// policy than SCHED_OTHER.
void be_woken_in_turn();
