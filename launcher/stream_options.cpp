// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_options.h"

#include <glib.h>

#include <algorithm>

#include "base/credentials.h"
#include "base/listed.h"
#include "core/shorten.h"
#include "http/stream_path.h"
#include "whip/whip_session.h"

namespace {

Settings parse_settings(const std::vector<std::string>& assignments) {
  Settings settings;
  for (const auto& text : assignments) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw UserError("--set " + text + ": write --set NAME=VALUE, for example --set width=640");
    if (!g_utf8_validate_len(text.data(), text.size(), nullptr))
      throw UserError("--set " + text + ": not UTF-8 text, and GStreamer takes no other; of a file, change the name");
    settings[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return settings;
}

// "NAME=FILE", or "FILE" alone. There may be files with "=" in their names.
StreamOptions parse_pipeline(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || g_file_test(text.c_str(), G_FILE_TEST_EXISTS)) return {.pipeline = text};
  const std::string name = text.substr(0, equals);
  if (!is_stream_name(name)) throw UserError("--pipeline=" + shorten(text) + ": " + kStreamNameRule);
  if (equals + 1 == text.size()) throw UserError("--pipeline=" + text + ": the pipeline file is missing behind \"=\"");
  return {.name = name, .pipeline = text.substr(equals + 1)};
}

std::vector<StreamOptions> parse_pipelines(const std::vector<std::string>& pipelines) {
  std::vector<StreamOptions> streams;
  for (const auto& text : pipelines) {
    StreamOptions stream = parse_pipeline(text);
    for (const auto& other : streams) {
      if (other.name.empty() || stream.name.empty())
        throw UserError(
            "several pipelines: give each stream a name, --pipeline=NAME=FILE, for example --pipeline=door=" +
            (stream.name.empty() ? stream : other).pipeline);
      if (other.name == stream.name)
        throw UserError("--pipeline=" + text + ": there is a stream \"" + stream.name +
                        "\" already; each needs a name of its own");
    }
    streams.push_back(std::move(stream));
  }
  if (streams.empty() || streams.front().pipeline.empty())
    throw UserError("no pipeline; name one, for example --pipeline=async.pipe (cv-launch --help has more)");
  return streams;
}

std::string names_of(const std::vector<StreamOptions>& streams) {
  std::vector<std::string> names;
  names.reserve(streams.size());
  for (const auto& stream : streams) names.push_back(stream.name);
  return listed(names);
}

// What "--OPTION NAME.…" or "--OPTION NAME=…" is for.
StreamOptions& stream_of(std::vector<StreamOptions>& streams, const std::string& name, const std::string& option) {
  const auto found = std::ranges::find(streams, name, &StreamOptions::name);
  if (found == streams.end())
    throw UserError(option + ": there is no stream \"" + name + "\"; there is: " + names_of(streams));
  return *found;
}

// Of named streams "door.width=640" is for one, "width=640" for all.
void give_settings(const Settings& settings, std::vector<StreamOptions>& streams) {
  for (const auto& [name, value] : settings) {
    const auto dot = name.find('.');
    if (streams.front().name.empty())
      streams.front().settings[name] = value;
    else if (dot == std::string::npos)
      for (auto& stream : streams) stream.shared_settings[name] = value;
    else
      stream_of(streams, name.substr(0, dot), "--set " + name).settings[name.substr(dot + 1)] = value;
  }
}

// What is said of one stream: "VALUE" or "NAME=VALUE".
struct Part {
  StreamOptions* stream;
  std::string output;  // which of its pipeline's outputs; "": the only one
  std::string value;
};

// Of named streams the name is needed: the pipeline's own, or "PIPELINE-OUTPUT". Without names it is an output's.
Part part_for(const std::string& text, const std::string& option, std::vector<StreamOptions>& streams) {
  const auto equals = text.find('=');
  const std::string name = equals == std::string::npos ? "" : text.substr(0, equals);
  const bool named = is_stream_name(name);
  const std::string value = named ? text.substr(equals + 1) : text;
  if (streams.front().name.empty()) return {&streams.front(), named ? name : "", value};
  if (!named)
    throw UserError(option + "=" + without_credentials(text) + ": say which stream, " + option +
                    "=NAME=…; there is: " + names_of(streams));
  std::string pipeline = name;
  const auto is_there = [&] { return std::ranges::find(streams, pipeline, &StreamOptions::name) != streams.end(); };
  while (!is_there() && pipeline.find('-') != std::string::npos) pipeline.erase(pipeline.rfind('-'));
  if (!is_there()) pipeline = name;
  StreamOptions& stream = stream_of(streams, pipeline, option);
  return {&stream, pipeline == name ? "" : name.substr(pipeline.size() + 1), value};
}

void add_endpoint(const std::string& text, std::vector<StreamOptions>& streams) {
  const auto [stream, output, url] = part_for(text, "--publish", streams);
  if (std::ranges::find(stream->publish, output, &PublishOptions::output) != stream->publish.end())
    throw UserError("--publish: one for each stream; there are two");
  stream->publish.push_back({.output = output, .url = whip_endpoint("--publish", url)});
}

void add_endpoint_token(const std::string& text, std::vector<StreamOptions>& streams) {
  auto [stream, output, file] = part_for(text, "--publish-token-file", streams);
  auto found = std::ranges::find(stream->publish, output, &PublishOptions::output);
  if (found == stream->publish.end() && stream->name.empty()) {
    file = text;  // there may be files with "=" in their names
    found = std::ranges::find(stream->publish, std::string(), &PublishOptions::output);
  }
  if (found == stream->publish.end()) throw UserError("--publish-token-file without --publish: name the endpoint too");
  if (!found->token_file.empty()) throw UserError("--publish-token-file: one for each stream; there are two");
  found->token_file = file;
}

Idle parse_idle(const std::string& what, const std::string& text) {
  if (what == "sleep") return Idle::kSleep;
  if (what == "stop") return Idle::kStop;
  throw UserError("--idle=" + text +
                  ": there are sleep (the encoders, while nobody watches) and stop (the source too)");
}

// What is said of one stream counts more than what is said of all.
void give_idle(std::vector<std::string> texts, std::vector<StreamOptions>& streams) {
  std::stable_partition(texts.begin(), texts.end(),
                        [](const std::string& text) { return text.find('=') == std::string::npos; });
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals != std::string::npos)
      stream_of(streams, text.substr(0, equals), "--idle=" + text).idle = parse_idle(text.substr(equals + 1), text);
    else
      for (auto& stream : streams) stream.idle = parse_idle(text, text);
  }
}

}  // namespace

std::vector<StreamOptions> parse_streams(const StreamArguments& arguments) {
  auto streams = parse_pipelines(arguments.pipelines);
  give_settings(parse_settings(arguments.settings), streams);
  give_idle(arguments.idle, streams);
  for (const auto& text : arguments.publish) add_endpoint(text, streams);
  for (const auto& text : arguments.publish_token_files) add_endpoint_token(text, streams);
  return streams;
}
