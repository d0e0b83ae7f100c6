// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <span>

#include "base/glib_ptr.h"
#include "base/listed.h"
#include "base/user_error.h"
#include "http/stream_path.h"

namespace {

constexpr const char* kLauncher = "cv-launch";
constexpr std::string_view kSet = "set.";
constexpr auto kStreamKeys = std::to_array<std::string_view>({"pipeline", "publish", "publish-token-file", "idle"});
// These are for who types them, or for a group of its own.
constexpr auto kNotHere = std::to_array<std::string_view>(
    {"pipeline", "set", "print", "variables", "config", "version", "publish", "publish-token-file"});
// Several, with ";" between them.
constexpr auto kLists = std::to_array<std::string_view>({"public-origin", "allow-origin", "stun", "turn"});
constexpr auto kFiles =
    std::to_array<std::string_view>({"pipeline", "token-file", "cert", "key", "turn-file", "publish-token-file"});

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// GKeyFile keeps no lines, and of what stands twice it takes the last.
class Lines {
 public:
  Lines(std::string path, const std::string& text) : path_(std::move(path)) {
    std::string group;
    std::size_t number = 0;
    for (std::size_t from = 0; from < text.size();) {
      const auto end = std::min(text.find('\n', from), text.size());
      read(take_string(g_strstrip(g_strndup(text.data() + from, end - from))), ++number, group);
      from = end + 1;
    }
  }
  std::string place(const std::string& group, const std::string& key = "") const {
    const auto found = lines_.find({group, key});
    return path_ + (found == lines_.end() ? "" : ":" + std::to_string(found->second));
  }

 private:
  void read(const std::string& line, std::size_t number, std::string& group) {
    const std::string here = path_ + ":" + std::to_string(number) + ": ";
    if (line.empty() || line.front() == '#') return;
    std::string key;
    if (line.front() == '[') {
      if (line.back() != ']') throw UserError(here + "the \"]\" behind the group's name is missing");
      group = line.substr(1, line.size() - 2);
      if (group != kLauncher && !is_stream_name(group))
        throw UserError(here + "[" + group + "]: write [cv-launch], or a stream's name: " + kStreamNameRule);
    } else {
      const auto equals = line.find('=');
      if (equals == std::string::npos || equals == 0)
        throw UserError(here + "write KEY=VALUE, or [GROUP], or # in front of a remark");
      if (group.empty()) throw UserError(here + "no group yet: write [cv-launch] or a stream's name above, as [door]");
      key = take_string(g_strchomp(g_strndup(line.data(), equals)));
    }
    const auto [found, is_new] = lines_.emplace(std::pair(group, key), number);
    if (!is_new)
      throw UserError(here + (key.empty() ? "[" + group + "]" : key) + " is in line " + std::to_string(found->second) +
                      " already");
  }

  const std::string path_;
  std::map<std::pair<std::string, std::string>, std::size_t> lines_;  // key "": the group's own
};

class Reader {
 public:
  Reader(const std::string& path, const std::vector<KnownOption>& known)
      : path_(path), folder_(take_string(g_path_get_dirname(path.c_str()))), known_(known), file_(g_key_file_new()) {
    g_autofree char* text = nullptr;
    gsize size = 0;
    g_autoptr(GError) error = nullptr;
    if (!g_file_get_contents(path.c_str(), &text, &size, &error))
      throw UserError("--config: " + std::string(error->message));
    if (!g_utf8_validate_len(text, size, nullptr)) throw UserError(path + ": not UTF-8 text");
    lines_ = std::make_unique<Lines>(path, std::string(text, size));
    if (!g_key_file_load_from_data(file_.get(), text, size, G_KEY_FILE_NONE, &error))
      throw UserError(path + ": " + error->message);
  }

  std::vector<ConfigArgument> read() {
    g_auto(GStrv) groups = g_key_file_get_groups(file_.get(), nullptr);
    for (char** group = groups; *group; ++group) {
      g_auto(GStrv) keys = g_key_file_get_keys(file_.get(), *group, nullptr, nullptr);
      // what is said of a stream needs the stream first
      if (std::string_view(*group) != kLauncher) add_pipeline(*group);
      for (char** key = keys; keys && *key; ++key)
        std::string_view(*group) == kLauncher ? add_option(*key) : add_of_stream(*group, *key);
    }
    return std::move(arguments_);
  }

 private:
  std::string value(const std::string& group, const std::string& key) const {
    return take_string(g_key_file_get_value(file_.get(), group.c_str(), key.c_str(), nullptr));
  }
  std::string file_value(const std::string& group, const std::string& key) const {
    std::string text = value(group, key);
    if (text.empty() || g_path_is_absolute(text.c_str())) return text;
    const std::string beside = take_string(g_build_filename(folder_.c_str(), text.c_str(), nullptr));
    return g_file_test(beside.c_str(), G_FILE_TEST_EXISTS) ? beside : text;
  }
  void add(const std::string& text, const std::string& group, const std::string& key) {
    arguments_.push_back({text, lines_->place(group, key), group != kLauncher});
  }

  void add_option(const std::string& key) {
    const std::string place = lines_->place(kLauncher, key);
    const auto found = std::ranges::find(known_, key, &KnownOption::name);
    if (found == known_.end() || is_one_of(key, kNotHere)) {
      std::vector<std::string> names;
      for (const auto& option : known_)
        if (!is_one_of(option.name, kNotHere)) names.push_back(option.name);
      throw UserError(place + ": " + key + " is no option that can be said here; there is: " + listed(names));
    }
    const std::string text = value(kLauncher, key);
    if (found->is_flag) {
      if (text != "true" && text != "false") throw UserError(place + ": " + key + "=" + text + ": true or false");
      if (text == "true") add("--" + key, kLauncher, key);
    } else if (is_one_of(key, kLists)) {
      g_auto(GStrv) parts = g_strsplit(text.c_str(), ";", -1);
      for (char** part = parts; *part; ++part)
        if (*g_strstrip(*part)) add("--" + key + "=" + *part, kLauncher, key);
    } else {
      add("--" + key + "=" + (is_one_of(key, kFiles) ? file_value(kLauncher, key) : text), kLauncher, key);
    }
  }

  void add_pipeline(const std::string& stream) {
    if (!g_key_file_has_key(file_.get(), stream.c_str(), "pipeline", nullptr) || value(stream, "pipeline").empty())
      throw UserError(lines_->place(stream) + ": [" + stream +
                      "] has no pipeline; write for example pipeline=rtsp.pipe");
    add("--pipeline=" + stream + "=" + file_value(stream, "pipeline"), stream, "pipeline");
  }

  void add_of_stream(const std::string& stream, const std::string& key) {
    if (key == "pipeline") return;
    if (key.starts_with(kSet) && key.size() > kSet.size())
      return add("--set=" + stream + "." + key.substr(kSet.size()) + "=" + value(stream, key), stream, key);
    // "publish.drawn": of one of the streams that the pipeline has
    const auto dot = key.find('.');
    const std::string what = key.substr(0, dot);
    const bool of_one = dot != std::string::npos;
    if (!is_one_of(what, kStreamKeys) || (of_one && !what.starts_with("publish")))
      throw UserError(lines_->place(stream, key) + ": " + key +
                      " is nothing that can be said of a stream; there is: pipeline, set.VARIABLE, idle, publish, "
                      "publish-token-file, and of one of several that a pipeline has publish.NAME, "
                      "publish-token-file.NAME");
    add("--" + what + "=" + stream + (of_one ? "-" + key.substr(dot + 1) : "") + "=" +
            (is_one_of(what, kFiles) ? file_value(stream, key) : value(stream, key)),
        stream, key);
  }

  const std::string path_;
  const std::string folder_;
  const std::vector<KnownOption>& known_;
  const std::unique_ptr<GKeyFile, Deleter<g_key_file_unref>> file_;
  std::unique_ptr<Lines> lines_;
  std::vector<ConfigArgument> arguments_;
};

}  // namespace

std::vector<ConfigArgument> read_config(const std::string& path, const std::vector<KnownOption>& known) {
  return Reader(path, known).read();
}

std::string with_place(std::string_view error, const std::vector<ConfigArgument>& arguments) {
  for (const auto& [text, place, of_stream] : arguments) {
    // "--port=99999: must be …", "--cert needs --key too"
    const std::string_view name = std::string_view(text).substr(0, text.find('='));
    const bool whole = error.starts_with(text);
    const bool named = error.starts_with(name) && error.size() > name.size() && !g_ascii_isalnum(error[name.size()]) &&
                       error[name.size()] != '-' && name != "--set" && name != "--pipeline" && name != "--publish";
    if (whole || named) return place + ": " + std::string(error);
  }
  return std::string(error);
}
