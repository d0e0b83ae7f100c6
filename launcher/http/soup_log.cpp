// SPDX-License-Identifier: LGPL-2.1-or-later
#include "soup_log.h"

#include <cstdio>
#include <utility>

#include "base/log.h"
#include "core/shorten.h"

namespace {

constexpr const char* kDomain = "libsoup";
constexpr guint kTellMs = 10'000;
// Some warnings quote what a client sent. So there may be any number of different ones.
constexpr std::size_t kMaxKinds = 20;
constexpr std::size_t kMaxQuoted = 200;

}  // namespace

SoupLog::SoupLog()
    : handler_(g_log_set_handler(
          kDomain, static_cast<GLogLevelFlags>(G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION),
          [](const char* domain, GLogLevelFlags level, const char* message, gpointer self) {
            static_cast<SoupLog*>(self)->add(domain, level, message);
          },
          this)) {
  timer_.every(kTellMs, [this] { tell(); });
}

SoupLog::~SoupLog() {
  g_log_remove_handler(kDomain, handler_);
  tell();
}

void SoupLog::add(const char* domain, GLogLevelFlags level, const char* message) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = again_.find(message);
    if (found != again_.end()) {
      ++found->second;
      return;
    }
    if (again_.size() == kMaxKinds) {
      ++others_;
      return;
    }
    again_[message] = 0;
  }
  g_log_default_handler(domain, level, message, nullptr);
}

void SoupLog::tell() {
  const std::lock_guard lock(mutex_);
  for (auto& [message, times] : again_)
    if (const unsigned came = std::exchange(times, 0))
      say(Level::kNotice,
          "libsoup said \"" + shorten(message, kMaxQuoted) + "\" " + std::to_string(came) + " times more");
  if (const unsigned came = std::exchange(others_, 0))
    say(Level::kNotice, "libsoup said something else " + std::to_string(came) + " times");
}
