// SPDX-License-Identifier: LGPL-2.1-or-later
// What people are told on stderr: lines for them, with levels for the journal where that is what listens, or JSON.
#pragma once

#include <string>

enum class Level { kError = 3, kWarning = 4, kNotice = 5, kInfo = 6 };  // as syslog(3) has them

// A line. Any thread.
void say(Level level, const std::string& message);

// From now on each line is a JSON object: {"time": as RFC 3339, "level": "error", "warning", "notice" or "info",
// "message"}. Before other threads run.
void log_json();

// What GLib's programs and libraries say comes the same way; of G_LOG_DOMAIN's g_info() and g_debug() only if
// `verbose`.
void log_glib(bool verbose);
