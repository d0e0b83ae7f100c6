// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log.h"

#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "core/json.h"
#include "glib_ptr.h"

namespace {

bool json = false;

// Whether stderr is the journal's, which takes a level in front of a line: sd-daemon(3), systemd.exec(5).
bool find_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (!stream || fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

bool is_journal() {
  static const bool journal = find_journal();
  return journal;
}

const char* name_of(Level level) {
  switch (level) {
    case Level::kError:
      return "error";
    case Level::kWarning:
      return "warning";
    case Level::kNotice:
      return "notice";
    case Level::kInfo:
      break;
  }
  return "info";
}

Level level_of(GLogLevelFlags flags) {
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) return Level::kError;
  if (flags & G_LOG_LEVEL_WARNING) return Level::kWarning;
  return flags & G_LOG_LEVEL_MESSAGE ? Level::kNotice : Level::kInfo;
}

void print(Level level, const std::string& text, const std::string& message) {
  if (!json) {
    const std::string prefix = is_journal() ? "<" + std::to_string(static_cast<int>(level)) + ">" : "";
    std::fprintf(stderr, "%s%s\n", prefix.c_str(), text.c_str());
    return;
  }
  g_autoptr(GDateTime) now = g_date_time_new_now_utc();
  const std::string time = take_string(g_date_time_format(now, "%FT%T.%fZ"));
  const std::string line = core::json_text({{"time", time}, {"level", name_of(level)}, {"message", message}});
  std::fprintf(stderr, "%s\n", line.c_str());
}

GLogWriterOutput write(GLogLevelFlags flags, const GLogField* fields, gsize count, gpointer) {
  const char* domain = "";
  const char* message = "";
  for (gsize i = 0; i < count; ++i) {
    if (g_strcmp0(fields[i].key, "GLIB_DOMAIN") == 0) domain = static_cast<const char*>(fields[i].value);
    if (g_strcmp0(fields[i].key, "MESSAGE") == 0) message = static_cast<const char*>(fields[i].value);
  }
  if (g_log_writer_default_would_drop(flags, domain)) return G_LOG_WRITER_HANDLED;
  if (!json && !is_journal()) return g_log_writer_standard_streams(flags, fields, count, nullptr);
  print(level_of(flags), std::string(domain) + ": " + message, std::string(domain) + ": " + message);
  return G_LOG_WRITER_HANDLED;
}

}  // namespace

void say(Level level, const std::string& message) {
  print(level, (level == Level::kWarning ? "cv-launch: warning: " : "cv-launch: ") + message, message);
}

void log_json() {
  json = true;
}

void log_glib(bool verbose) {
  if (verbose) g_setenv("G_MESSAGES_DEBUG", G_LOG_DOMAIN, FALSE);
  g_log_writer_default_set_use_stderr(TRUE);
  g_log_set_writer_func(write, nullptr, nullptr);
}
