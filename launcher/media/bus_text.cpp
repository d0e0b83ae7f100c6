// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bus_text.h"

#include <string_view>

#include "base/credentials.h"
#include "core/shorten.h"

std::string describe(GstMessage* message) {
  g_autoptr(GError) error = nullptr;
  g_autofree char* debug = nullptr;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
    gst_message_parse_error(message, &error, &debug);
  else
    gst_message_parse_warning(message, &error, &debug);
  GstObject* source = GST_MESSAGE_SRC(message);
  std::string text = GST_OBJECT_NAME(source);
  if (GST_IS_ELEMENT(source))
    if (GstElementFactory* factory = gst_element_get_factory(GST_ELEMENT(source)))
      text = std::string(GST_OBJECT_NAME(factory)) + " \"" + text + "\"";
  const bool from_watchdog = g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED) &&
                             std::string_view(error->message) == "Watchdog triggered";
  text += from_watchdog ? ": no more frames come" : ": " + std::string(error->message);
  if (debug && !from_watchdog) {
    // "file.c(123): function (): /path:\nwhat happened": only the last part is for people
    const std::string detail = debug;
    const auto cut = detail.find('\n');
    if (cut != std::string::npos && cut + 1 < detail.size()) text += " (" + detail.substr(cut + 1) + ")";
  }
  return shorten(without_credentials(text));
}
