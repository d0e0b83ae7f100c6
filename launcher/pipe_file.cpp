// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipe_file.h"

#include <glib.h>

#include <algorithm>
#include <optional>
#include <regex>

#include "glib_ptr.h"

namespace {

constexpr gsize kMaxFile = 1 << 20;

// Where we are in gst-launch syntax: inside which quote, behind a backslash.
struct Quoting {
  char quote = 0;
  bool escaped = false;

  void feed(char c) {
    if (std::exchange(escaped, false)) return;
    if (c == '\\')
      escaped = true;
    else if (c == quote)
      quote = 0;
    else if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
  }
};

std::string at(const std::string& file, int line) {
  return file + ":" + std::to_string(line);
}

// Comments go, line breaks stay.
std::string strip_comments(const std::string& file, std::string_view text) {
  std::string out;
  Quoting quoting;
  int line = 1;
  int quote_line = 0;
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

struct Variable {
  std::optional<std::string> fallback;
  int line = 0;
};

const std::regex& variable_pattern() {
  static const std::regex pattern(R"(\$\{([A-Za-z_][A-Za-z0-9_-]*)(:-([^}\n]*))?\})");
  return pattern;
}

// All variables of the file. One that has a default somewhere has it everywhere.
std::map<std::string, Variable> find_variables(const std::string& file, const std::string& text) {
  std::map<std::string, Variable> found;
  int line = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') ++line;
    if (text.compare(i, 2, "${") != 0) continue;
    std::smatch match;
    const auto from = text.begin() + static_cast<std::ptrdiff_t>(i);
    if (!std::regex_search(from, text.end(), match, variable_pattern(), std::regex_constants::match_continuous))
      throw UserError(at(file, line) + ": \"" + text.substr(i, text.find_first_of(" \n", i) - i) +
                      "\" is not a variable; write ${name} or ${name:-default}");
    Variable& variable = found.try_emplace(match[1], Variable{std::nullopt, line}).first->second;
    if (!match[2].matched) continue;
    if (variable.fallback && *variable.fallback != match[3])
      throw UserError(at(file, line) + ": the variable \"" + match[1].str() + "\" has two defaults, \"" +
                      *variable.fallback + "\" and \"" + match[3].str() + "\"; give it one");
    variable.fallback = match[3];
  }
  return found;
}

std::string names_of(const std::map<std::string, Variable>& variables) {
  std::string names;
  for (const auto& [name, variable] : variables) names += (names.empty() ? "" : ", ") + name;
  return names;
}

// In a quoted string a value keeps its quotes and backslashes; outside it may be any piece of pipeline.
std::string insert_value(const std::string& value, char quote) {
  std::string out;
  for (const char c : value) {
    if (quote != 0 && (c == quote || c == '\\')) out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string substitute(const std::string& file, const std::string& text, const Settings& settings) {
  const auto variables = find_variables(file, text);
  for (const auto& [name, value] : settings)
    if (!variables.contains(name))
      throw UserError(file + ": --set " + name + "=" + value + ": the pipeline has no variable \"" + name + "\"; " +
                      (variables.empty() ? "it has none" : "it has " + names_of(variables)));
  std::string out;
  Quoting quoting;
  for (auto i = text.begin(); i != text.end();) {
    std::smatch match;
    if (!std::regex_search(i, text.end(), match, variable_pattern(), std::regex_constants::match_continuous)) {
      quoting.feed(*i);
      out += *i++;
      continue;
    }
    const std::string name = match[1];
    const Variable& variable = variables.at(name);
    const auto setting = settings.find(name);
    if (setting == settings.end() && !variable.fallback)
      throw UserError(at(file, variable.line) + ": the variable \"" + name +
                      "\" has no value; give it one with --set " + name + "=VALUE");
    out += insert_value(setting != settings.end() ? setting->second : *variable.fallback, quoting.quote);
    i = match[0].second;
  }
  return out;
}

std::vector<PipeToken> split(const std::string& text) {
  std::vector<PipeToken> tokens;
  Quoting quoting;
  int line = 1;
  bool open = false;
  for (const char c : text) {
    const bool space = g_ascii_isspace(c) && quoting.quote == 0 && !quoting.escaped;
    if (!space) {
      if (!std::exchange(open, true)) tokens.push_back({"", line});
      tokens.back().text += c == '\n' ? ' ' : c;
    }
    open = open && !space;
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

std::string PipeText::place(int line) const {
  return at(file, line);
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

PipeText read_pipe_file(const std::string& path, const Settings& settings) {
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
  return expand_pipe_text(path, {contents, length}, settings);
}

PipeText expand_pipe_text(const std::string& file, std::string_view text, const Settings& settings) {
  const char* end = nullptr;
  if (!g_utf8_validate_len(text.data(), text.size(), &end)) {
    const auto line = 1 + std::count(text.data(), end, '\n');
    throw UserError(at(file, static_cast<int>(line)) + ": not UTF-8 text (byte " + std::to_string(end - text.data()) +
                    "); save the pipeline file as UTF-8");
  }
  PipeText pipe{file, split(substitute(file, strip_comments(file, text), settings))};
  if (pipe.tokens.empty())
    throw UserError(file + ": there is no pipeline in it; see the shipped plain.pipe for what one looks like");
  return pipe;
}
