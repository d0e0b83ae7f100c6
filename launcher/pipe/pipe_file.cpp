// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipe_file.h"

#include <glib.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <sstream>
#include <utility>

#include "base/glib_ptr.h"

namespace {

constexpr gsize kMaxFile = 1 << 20;
constexpr int kMaxDepth = 12;
constexpr std::string_view kHere = "${here}";
constexpr std::string_view kInclude = "include";
constexpr std::string_view kAdjustable = "adjustable";

std::string at(const std::string& file, std::size_t line) {
  return file + ":" + std::to_string(line);
}

std::size_t line_of(std::string_view text, std::size_t place) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<long>(place), '\n'));
}

void check_characters(const std::string& file, std::string_view text) {
  const char* end = nullptr;
  if (!g_utf8_validate_len(text.data(), text.size(), &end)) {
    const auto place = static_cast<std::size_t>(end - text.data());
    throw UserError(at(file, line_of(text, place)) + ": not UTF-8 text (byte " + std::to_string(place) +
                    "); save the pipeline file as UTF-8");
  }
  if (const auto place = text.find(kGivenMark); place != std::string_view::npos)
    throw UserError(at(file, line_of(text, place)) + ": the control character 1 can't stand in a pipeline file");
}

// Removes comments and keeps line breaks, so that line numbers stay right.
std::string strip_comments(const std::string& file, std::string_view text) {
  std::string out;
  Quoting quoting;
  std::size_t line = 1;
  std::size_t quote_line = 0;
  bool comment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool word_start = i == 0 || g_ascii_isspace(text[i - 1]);
    comment = c != '\n' && (comment || (c == '#' && word_start && quoting.quote == 0));
    if (!comment) {
      const char before = quoting.quote;
      quoting.feed(c);
      if (before == 0 && quoting.quote != 0) quote_line = line;
      out += c;
    }
    if (c == '\n') ++line;
  }
  if (quoting.quote != 0)
    throw UserError(at(file, quote_line) + ": the quote " + quoting.quote + " that starts here is never closed");
  return out;
}

std::string folder_of(const std::string& file) {
  const std::string path = take_string(g_canonicalize_filename(file.c_str(), nullptr));
  return take_string(g_path_get_dirname(path.c_str()));
}

// Puts the folder of the file in place of ${here}. Every file has this variable. It may also stand in the default of
// another variable.
std::string insert_folder(const std::string& file, const std::string& text) {
  const std::string folder = folder_of(file);
  std::string out;
  Quoting quoting;
  for (std::size_t i = 0; i < text.size();) {
    if (text.compare(i, kHere.size(), kHere) == 0) {
      out += insert_value(folder, quoting.quote);
      i += kHere.size();
      continue;
    }
    quoting.feed(text[i]);
    out += text[i++];
  }
  return out;
}

std::string read_text(const std::string& path) {
  g_autofree char* contents = nullptr;
  gsize length = 0;
  g_autoptr(GError) error = nullptr;
  if (g_file_test(path.c_str(), G_FILE_TEST_IS_DIR))
    throw UserError("pipeline file \"" + path + "\" is a folder; name a .pipe file in it");
  if (!g_file_get_contents(path.c_str(), &contents, &length, &error))
    throw UserError("pipeline file \"" + path + "\" can't be read: " + error->message);
  if (length > kMaxFile)
    throw UserError("pipeline file \"" + path + "\" has " + std::to_string(length) + " bytes; at most " +
                    std::to_string(kMaxFile) + " are taken. Is it a pipeline?");
  return {contents, length};
}

// Finds the file that an "include" line names. The first of the folders is that of the file with this line.
std::string find_included(const std::string& place, const std::string& name, const std::vector<std::string>& folders) {
  std::set<std::string> others;
  for (const auto& folder : folders) {
    std::string path = take_string(g_canonicalize_filename(name.c_str(), folder.c_str()));
    if (g_file_test(path.c_str(), G_FILE_TEST_IS_REGULAR)) return path;
    const std::string there = take_string(g_path_get_dirname(path.c_str()));
    g_autoptr(GDir) dir = g_dir_open(there.c_str(), 0, nullptr);
    while (const char* entry = dir ? g_dir_read_name(dir) : nullptr)
      if (g_str_has_suffix(entry, ".pipe")) others.insert(std::string(entry, std::strlen(entry) - 5));
  }
  std::string text = place + ": the file \"" + name + "\" is not there";
  for (const auto& other : others) text += (&other == &*others.begin() ? "; beside it are " : ", ") + other;
  throw UserError(text);
}

// What a line that begins with that word, as "include FILE NAME=VALUE…", says behind it; "" if the line is another one.
std::string said_behind(std::string_view word, std::string_view line) {
  const auto from = line.find_first_not_of(" \t");
  if (from == std::string_view::npos || !line.substr(from).starts_with(word)) return "";
  line.remove_prefix(from + word.size());
  if (line.empty() || !g_ascii_isspace(line.front())) return "";
  return take_string(g_strstrip(g_strndup(line.data(), line.size())));
}

// An "include" line: the file, and what its variables are in there, as it is written.
struct Include {
  std::string file;
  std::map<std::string, std::string> given;
};

Include parse_include(const std::string& place, const std::string& line) {
  std::istringstream words(line);
  Include include;
  words >> include.file;
  for (std::string word; words >> word;) {
    const auto sign = word.find('=');
    const bool named = sign != 0 && sign != std::string::npos;
    if (named)
      include.given[word.substr(0, sign)] = word.substr(sign + 1);
    else if (include.given.empty())
      include.file += ' ' + word;  // a name with spaces
    else
      throw UserError(place + ": \"" + word + "\" is not NAME=VALUE; write include FILE NAME=VALUE …");
  }
  return include;
}

// Loads a file's text without comments. Each "include" line is replaced by the text of the file that it names.
class Loader {
 public:
  Loader(const Settings& settings, const std::vector<std::string>& folders) : settings_(settings), folders_(folders) {}

  using Names = std::map<std::string, std::string, std::less<>>;

  // `given`: the names in `givens` of variables that have given values in this file, and in those that it includes.
  void load(const std::string& file, std::string_view text, const Names& given = {}, int depth = 0) {
    check_characters(file, text);
    Script own{insert_folder(file, strip_comments(file, text)), {}};
    for (long i = 0; i <= std::count(own.text.begin(), own.text.end(), '\n'); ++i)
      own.places.push_back(at(file, static_cast<std::size_t>(i + 1)));
    own.text = rename_variables(own.text, given);
    find_variables(own, variables);
    Quoting quoting;
    std::istringstream lines(own.text);
    std::string line;
    for (std::size_t i = 0; std::getline(lines, line); ++i) {
      const bool open = quoting.quote != 0;
      const std::string what = open ? "" : said_behind(kInclude, line);
      const std::string adjusted = open ? "" : said_behind(kAdjustable, line);
      for (const char c : line) quoting.feed(c);
      quoting.feed('\n');
      if (!what.empty()) {
        include(file, own.places[i], what, given, depth);
      } else if (!adjusted.empty()) {
        adjustables.push_back(parse_adjustable(own.places[i], expand(own.places[i], adjusted).text));
      } else {
        script.text += line + '\n';
        script.places.push_back(own.places[i]);
      }
    }
  }

  Script script;
  Variables variables;
  Givens givens;
  std::vector<Adjustable> adjustables;

 private:
  void include(const std::string& file, const std::string& place, const std::string& what, Names given, int depth) {
    if (depth == kMaxDepth) throw UserError(place + ": too many files include each other");
    const Include line = parse_include(place, what);
    for (const auto& [name, value] : line.given) {
      const Expanded expanded = expand(place, value);
      given[name] = name + kGivenMark + std::to_string(givens.size());
      const auto& from = expanded.insertions;
      givens[given[name]] = {expanded.text, from.empty() ? std::nullopt : std::optional(from.front())};
    }
    std::vector<std::string> folders{folder_of(file)};
    folders.insert(folders.end(), folders_.begin(), folders_.end());
    const std::string path = find_included(place, expand(place, line.file).text, folders);
    load(path, read_text(path), given, depth + 1);
  }
  Expanded expand(const std::string& place, const std::string& text) const {
    return substitute({text, {place}}, variables, settings_, givens, true);
  }

  const Settings& settings_;
  const std::vector<std::string>& folders_;
};

// Gives the token that is text[from, to) its part of each insertion. `next` is the first one that does not end before
// it.
void add_insertions(PipeToken& token, std::size_t from, std::size_t to, const std::vector<Insertion>& insertions,
                    std::size_t& next) {
  while (next < insertions.size() && insertions[next].to < from) ++next;
  for (std::size_t i = next; i < insertions.size() && insertions[i].from <= to; ++i) {
    Insertion part = insertions[i];
    part.from = std::max(part.from, from) - from;
    part.to = std::min(part.to, to) - from;
    token.insertions.push_back(std::move(part));
  }
}

std::vector<PipeToken> split(const Expanded& expanded) {
  const std::string& text = expanded.text;
  std::vector<PipeToken> tokens;
  Quoting quoting;
  std::size_t line = 1;
  std::size_t next = 0;
  bool open = false;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : '\n';
    const bool space = g_ascii_isspace(c) && (i == text.size() || (quoting.quote == 0 && !quoting.escaped));
    if (space && std::exchange(open, false))
      add_insertions(tokens.back(), i - tokens.back().text.size(), i, expanded.insertions, next);
    if (!space) {
      if (!std::exchange(open, true)) tokens.push_back({"", line, {}});
      tokens.back().text += c == '\n' ? ' ' : c;
    }
    quoting.feed(c);
    if (c == '\n') ++line;
  }
  return tokens;
}

}  // namespace

std::string PipeText::text() const {
  std::string out;
  for (const auto& token : tokens) out += (out.empty() ? "" : " ") + token.text;
  return out;
}

const std::string& PipeText::place(std::size_t line) const {
  return places.at(line - 1);
}

std::string find_pipe_file(const std::string& name, const std::vector<std::string>& folders) {
  if (name.find('/') != std::string::npos || g_file_test(name.c_str(), G_FILE_TEST_EXISTS)) return name;
  std::string looked = "the current folder";
  for (const auto& folder : folders) {
    std::string path = folder + "/" + name;
    if (g_file_test(path.c_str(), G_FILE_TEST_EXISTS)) return path;
    looked += ", " + folder;
  }
  throw UserError("pipeline file \"" + name + "\" not found; looked in " + looked);
}

PipeText read_pipe_file(const std::string& path, const Settings& settings, const std::vector<std::string>& folders) {
  return expand_pipe_text(path, read_text(path), settings, folders);
}

Variables variables_of_pipe_file(const std::string& path, const Settings& settings,
                                 const std::vector<std::string>& folders) {
  Loader loader(settings, folders);
  loader.load(path, read_text(path));
  check_settings(path, settings, loader.variables);
  return std::move(loader.variables);
}

PipeText expand_pipe_text(const std::string& file, std::string_view text, const Settings& settings,
                          const std::vector<std::string>& folders) {
  Loader loader(settings, folders);
  loader.load(file, text);
  check_settings(file, settings, loader.variables);
  const Expanded expanded = substitute(loader.script, loader.variables, settings, loader.givens);
  PipeText pipe{file, split(expanded), loader.script.places, loader.adjustables};
  if (pipe.tokens.empty())
    throw UserError(file + ": there is no pipeline in it; see the shipped plain.pipe for what one looks like");
  return pipe;
}
