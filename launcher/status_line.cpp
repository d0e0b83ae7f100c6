// SPDX-License-Identifier: LGPL-2.1-or-later
#include "status_line.h"

#include <glib.h>
#include <unistd.h>

#include <cstdio>

#include "base/glib_ptr.h"

StatusLine::StatusLine() : terminal_(isatty(STDOUT_FILENO)) {}

void StatusLine::add_result(std::optional<double> ms) {
  ++results_;
  if (!ms) return;
  ms_ += *ms;
  ++timed_;
}

void StatusLine::update(std::size_t viewers, std::uint64_t frames, const std::string& trouble) {
  const std::int64_t now = g_get_monotonic_time();
  const double seconds = static_cast<double>(now - last_us_) / G_USEC_PER_SEC;
  if (terminal_ && last_us_ != 0) {
    std::string line = take_string(g_strdup_printf("%zu viewer%s · %.1f frames/s", viewers, viewers == 1 ? "" : "s",
                                                   static_cast<double>(frames - last_frames_) / seconds));
    if (results_ > 0) line += take_string(g_strdup_printf(" · %.1f results/s", results_ / seconds));
    if (timed_ > 0) line += take_string(g_strdup_printf(" · model %.1f ms", ms_ / timed_));
    if (!trouble.empty()) line += " · " + trouble.substr(0, 60);
    std::printf("\r\033[K%s", line.c_str());
    std::fflush(stdout);
    shown_ = true;
  }
  last_us_ = now;
  last_frames_ = frames;
  results_ = timed_ = 0;
  ms_ = 0;
}

void StatusLine::end() {
  if (shown_) std::printf("\n");
  shown_ = false;
}
