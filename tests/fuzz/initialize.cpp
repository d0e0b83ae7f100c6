// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include <csignal>
#include <cstdlib>

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  g_setenv("GST_REGISTRY_DISABLE", "yes", TRUE);  // the parsers need types of GStreamer's and no element
  gst_init(nullptr, nullptr);
  // what GLib only warns of is a finding
  g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING));
  // it ends with a breakpoint, at which libFuzzer would not keep the input
  std::signal(SIGTRAP, [](int) { std::abort(); });
  return 0;
}
