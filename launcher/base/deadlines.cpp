// SPDX-License-Identifier: LGPL-2.1-or-later
#include "deadlines.h"

#include "core/environment.h"
#include "glib_ptr.h"
#include "user_error.h"

namespace {

Deadlines read_deadlines() try {
  using core::environment_ms;
  using namespace std::chrono_literals;
  return {
      .offer = environment_ms("CV_LAUNCH_OFFER_MS", 10s),
      .answer = environment_ms("CV_LAUNCH_ANSWER_MS", 10s),
      .dtls = environment_ms("CV_LAUNCH_DTLS_MS", 10s),
      .heartbeat = environment_ms("CV_LAUNCH_HEARTBEAT_MS", 10s),
      .channel = environment_ms("CV_LAUNCH_CHANNEL_MS", 2s),
      .endpoint = environment_ms("CV_LAUNCH_ENDPOINT_MS", 15s),
      .publish_retry = environment_ms("CV_LAUNCH_PUBLISH_RETRY_MS", 1s),
      .last_publish_retry = environment_ms("CV_LAUNCH_LAST_PUBLISH_RETRY_MS", 30s),
      .silent = environment_ms("CV_LAUNCH_SILENT_MS", 5s),
      .request = environment_ms("CV_LAUNCH_REQUEST_MS", 10s),
      .keepalive = environment_ms("CV_LAUNCH_KEEPALIVE_MS", 20s),
      .first_frame = environment_ms("CV_LAUNCH_FIRST_FRAME_MS", 10s),
      .still = environment_ms("CV_LAUNCH_STILL_MS", 10s),
      .retry = environment_ms("CV_LAUNCH_RETRY_MS", 500ms),
      .last_retry = environment_ms("CV_LAUNCH_LAST_RETRY_MS", 3s),  // viewers see a source that is back within 5 s
      .look_up = environment_ms("CV_LAUNCH_LOOK_UP_MS", 10s),
      .ran_well = environment_ms("CV_LAUNCH_RAN_WELL_MS", 5s),
      .awake = environment_ms("CV_LAUNCH_AWAKE_MS", 1500ms),
      .idle = environment_ms("CV_LAUNCH_IDLE_MS", 10s),
      .closed = environment_ms("CV_LAUNCH_CLOSED_MS", 1s),
      .end = environment_ms("CV_LAUNCH_END_MS", 1s),  // cv-launch must end within 2 s
  };
} catch (const std::runtime_error& error) {
  throw UserError(error.what());
}

}  // namespace

const Deadlines& deadlines() {
  static const Deadlines deadlines = read_deadlines();
  return deadlines;
}

std::int64_t from_now(std::chrono::milliseconds time) {
  return g_get_monotonic_time() + std::chrono::microseconds(time).count();
}

std::string seconds_text(std::chrono::milliseconds time) {
  return take_string(g_strdup_printf("%g s", static_cast<double>(time.count()) / 1000));
}
