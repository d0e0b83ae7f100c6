// SPDX-License-Identifier: LGPL-2.1-or-later
// A pipeline file, with settings for the variables "number", "rate" and "text".
#include "must.h"
#include "pipe/pipe_file.h"
#include "pipe/pipe_parts.h"

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
  const std::string_view text(data, size);
  const auto has = [text](const char* part) { return text.find(part) != std::string_view::npos; };
  if (has("include") && has("/")) return 0;  // it may name a file of this machine
  Settings settings;
  if (has("${number")) settings["number"] = "1500";
  if (has("${rate")) settings["rate"] = "29.97";
  if (has("${text")) settings["text"] = "my \"film\" \\ 'x'\n.mp4";
  try {
    const PipeText pipe = expand_pipe_text("/no/such/folder/a.pipe", text, settings);
    must(!pipe.tokens.empty(), "a pipeline has tokens");
    for (const auto& token : pipe.tokens) {
      must(!token.text.empty(), "a token is not empty");
      must(token.line >= 1 && token.line <= pipe.places.size(), "a token has a place");
      for (const auto& insertion : token.insertions)
        must(insertion.from <= insertion.to && insertion.to <= token.text.size(), "a value is in its token");
    }
    const PipeParts parts = parts_of(pipe);
    for (const auto& element : parts.elements) must(element.at < pipe.tokens.size(), "an element is a token");
    for (const auto& caps : parts.caps)
      must(caps.first < caps.end && caps.end <= pipe.tokens.size(), "caps are tokens");
    must(pipe.text().find('\n') == std::string::npos, "a pipeline is one line");
  } catch (const UserError& error) {
    must(*error.what() != '\0', "an error says something");
  }
  return 0;
}
