// SPDX-License-Identifier: LGPL-2.1-or-later
// How many descriptors this process may have.
#pragma once

// The usual limit of 1024 is for programs that use select(), and too low for many viewers.
void allow_descriptors();
// As it was before. Async-signal-safe, for a child between fork() and exec().
void restore_descriptors();
