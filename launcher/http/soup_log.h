// SPDX-License-Identifier: LGPL-2.1-or-later
// libsoup warns of what clients do, for example that they vanish, so anybody could fill the log. This prints each
// warning once, and later how often it came again.
#pragma once

#include <glib.h>

#include <map>
#include <mutex>
#include <string>

#include "base/main_thread.h"

class SoupLog {
 public:
  SoupLog();
  ~SoupLog();
  SoupLog(const SoupLog&) = delete;
  SoupLog& operator=(const SoupLog&) = delete;

 private:
  void add(const char* domain, GLogLevelFlags level, const char* message);
  void tell();

  std::mutex mutex_;  // guards the counts: a pipeline's souphttpsrc is in libsoup too, in its own threads
  std::map<std::string, unsigned> again_;  // by message: how often it came since it was last told
  unsigned others_ = 0;
  Timer timer_;
  const guint handler_;
};
