// SPDX-License-Identifier: LGPL-2.1-or-later
// The page's files, from memory: each as it is, and compressed where that is smaller. On a slow network the page is
// what a viewer waits for first.
#pragma once

#include <gio/gio.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/glib_ptr.h"

using BytesPtr = std::unique_ptr<GBytes, Deleter<g_bytes_unref>>;

struct PageFile {
  const char* type = nullptr;  // for Content-Type
  BytesPtr plain;
  BytesPtr gzip;  // null: it would not be smaller
};

class PageFiles {
 public:
  PageFiles();

  // Of a path like "/page.js"; null if there is none.
  const PageFile* find(std::string_view path) const;

 private:
  std::map<std::string, PageFile, std::less<>> files_;
};

// The bytes in gzip's format; null if that is not smaller.
BytesPtr compressed(GBytes* plain);

// Whether a client takes gzip rather than a file as it is. `accepted`: its Accept-Encoding header (RFC 9110, 12.5.3);
// null: it has none.
bool takes_gzip(const char* accepted);
