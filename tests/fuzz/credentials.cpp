// SPDX-License-Identifier: LGPL-2.1-or-later
// What names and passwords are taken out of: texts of others, for people.
#include "base/credentials.h"

#include "must.h"

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
  const std::string_view text(data, size);
  if (text.find("s3cr3t") != std::string_view::npos) return 0;
  const std::string shown = without_credentials(std::string(text) + " rtsp://jo:s3cr3t@host/");
  must(shown.find("s3cr3t") == std::string::npos, "a password is hidden behind any text");
  return 0;
}
