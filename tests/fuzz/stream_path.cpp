// SPDX-License-Identifier: LGPL-2.1-or-later
// Which stream a request is for: its path, and the list of several.
#include "http/stream_path.h"

#include <set>

#include "must.h"

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
  const std::string_view text(data, size);
  const StreamPath path = split_path(text);
  must(path.stream.empty() || is_stream_name(path.stream), "a stream has a name that can be one");
  must(path.stream.empty() ? path.rest == text : text.ends_with(path.stream + path.rest), "nothing of a path is lost");
  must(path.stream.empty() || path.rest.empty() || path.rest.front() == '/', "a name ends at a slash");
  const auto names = stream_names(text);
  must(names.size() <= 64, "names are few");
  must(std::set(names.begin(), names.end()).size() == names.size(), "each name stands once");
  for (const auto& name : names)
    must(is_stream_name(name) && text.find(name) != std::string_view::npos, "a name is one, as it was written");
  return 0;
}
