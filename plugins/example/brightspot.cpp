// SPDX-License-Identifier: LGPL-2.1-or-later
// brightspot: an example of one's own detector, a plugin in one file. It finds the brightest block of 16 x 16 pixels.
#include "gstcvdetector.h"

static std::vector<core::Detection> detect(const core::Pixels& grey, const cvgst::Parameters& parameters) {
  constexpr int kBlock = 16;
  core::Detection best{"spot", 0, 0, kBlock, kBlock, 0, {}};
  for (int y = 0; y + kBlock <= grey.height; y += kBlock) {
    for (int x = 0; x + kBlock <= grey.width; x += kBlock) {
      int sum = 0;
      for (int i = 0; i < kBlock * kBlock; ++i) sum += grey.data[(y + i / kBlock) * grey.stride + x + i % kBlock];
      const double brightness = sum / (255.0 * kBlock * kBlock);
      if (brightness > best.confidence) best = {"spot", double(x), double(y), kBlock, kBlock, brightness, {}};
    }
  }
  if (best.confidence < parameters["min-brightness"]) return {};
  return {best};
}

static gboolean plugin_init(GstPlugin* plugin) {
  return cvgst::register_detector(
      plugin, {.name = "brightspot",
               .title = "Bright spot detector",
               .description = "Finds the brightest block of a picture",
               .author = "Your name <you@example.org>",
               .detect = detect,
               .parameters = {{"min-brightness", "Least mean brightness, 0 (black) to 1 (white)", 0, 1, 0.5}}});
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, brightspot, "Example of a detector", plugin_init, "1.0", "LGPL",
                  "brightspot", "https://example.org")
