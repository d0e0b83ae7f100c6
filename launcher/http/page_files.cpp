// SPDX-License-Identifier: LGPL-2.1-or-later
#include "page_files.h"

#include <libsoup/soup.h>

#include <array>

namespace {

constexpr const char* kResources = "/org/cv-launch/web";
constexpr int kBest = 9;  // once for each file; the page takes some milliseconds

struct Type {
  std::string_view suffix;
  const char* type;
};
constexpr auto kTypes = std::to_array<Type>({{".html", "text/html; charset=utf-8"},
                                             {".css", "text/css; charset=utf-8"},
                                             {".js", "text/javascript; charset=utf-8"},
                                             {".svg", "image/svg+xml"}});

const char* type_of(std::string_view path) {
  for (const auto& type : kTypes)
    if (path.ends_with(type.suffix)) return type.type;
  return "application/octet-stream";
}

// The place of a coding in a list, -1 if it is not there. libsoup leaves a space between name and ";" at the name.
int place_of(GSList* list, const char* coding) {
  GSList* found = g_slist_find_custom(list, coding, [](gconstpointer one, gconstpointer other) {
    return g_ascii_strcasecmp(g_strchomp(static_cast<char*>(const_cast<gpointer>(one))),
                              static_cast<const char*>(other));
  });
  return found ? g_slist_position(list, found) : -1;
}

}  // namespace

PageFiles::PageFiles() {
  g_auto(GStrv) names = g_resources_enumerate_children(kResources, G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr);
  for (char** name = names; name && *name; ++name) {
    const std::string path = std::string("/") + *name;
    PageFile file;
    file.type = type_of(path);
    file.plain.reset(g_resources_lookup_data((kResources + path).c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr));
    file.gzip = compressed(file.plain.get());
    files_.emplace(path, std::move(file));
  }
}

const PageFile* PageFiles::find(std::string_view path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : &found->second;
}

BytesPtr compressed(GBytes* plain) {
  g_autoptr(GZlibCompressor) compressor = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, kBest);
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
  g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, G_CONVERTER(compressor));
  gsize size = 0;
  const void* data = g_bytes_get_data(plain, &size);
  if (!g_output_stream_write_all(stream, data, size, nullptr, nullptr, nullptr) ||
      !g_output_stream_close(stream, nullptr, nullptr))
    return nullptr;
  BytesPtr bytes(g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory)));
  return g_bytes_get_size(bytes.get()) < size ? std::move(bytes) : nullptr;
}

bool takes_gzip(const char* accepted) {
  if (!accepted) return false;
  GSList* refused = nullptr;
  GSList* taken = soup_header_parse_quality_list(accepted, &refused);  // what is wanted most comes first
  int gzip = place_of(taken, "gzip");
  if (gzip < 0 && place_of(refused, "gzip") < 0) gzip = place_of(taken, "*");  // all that are not named
  const int plain = place_of(taken, "identity");
  soup_header_free_list(taken);
  soup_header_free_list(refused);
  return gzip >= 0 && (plain < 0 || gzip < plain);
}
