// SPDX-License-Identifier: LGPL-2.1-or-later
#include "descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace {

rlimit before{};

}  // namespace

void allow_descriptors() {
  constexpr rlim_t kEnough = 65536;
  if (getrlimit(RLIMIT_NOFILE, &before) != 0) return;
  rlimit limit = before;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kEnough));
  setrlimit(RLIMIT_NOFILE, &limit);
}

void restore_descriptors() {
  if (before.rlim_max != 0) setrlimit(RLIMIT_NOFILE, &before);
}
