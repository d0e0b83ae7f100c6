// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipe_variables.h"

#include <glib.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/shorten.h"
#include "frame_rate.h"

namespace {

constexpr std::size_t kMaxQuoted = 200;
constexpr guint64 kLastPort = 65535;

// ${name}, ${name/divisor}, ${name@port}, ${name@port+more}, or one of them with a default.
struct Reference {
  std::string name;
  std::string divisor;  // "": it is not divided
  std::string port;     // "": it gets none
  std::string more;     // is added to the port
  std::optional<std::string> fallback;
  std::size_t size = 0;
};

guint64 number_of(const std::string& digits) {
  return digits.empty() ? 0 : std::stoull(digits);
}

// The one that the text begins with. By hand: std::regex calls itself for each character, and a long default would end
// the process.
std::optional<Reference> reference_of(std::string_view text) {
  if (!text.starts_with("${")) return std::nullopt;
  std::string_view rest = text.substr(2);
  const auto take = [&rest](auto belongs) {
    const auto end = std::find_if_not(rest.begin(), rest.end(), belongs);
    std::string taken(rest.begin(), end);
    rest.remove_prefix(taken.size());
    return taken;
  };
  const auto skip = [&rest](std::string_view mark) {
    if (!rest.starts_with(mark)) return false;
    rest.remove_prefix(mark.size());
    return true;
  };
  Reference found;
  found.name = take([](char c) { return g_ascii_isalnum(c) || c == '_' || c == '-' || c == kGivenMark; });
  if (found.name.empty() || g_ascii_isdigit(found.name[0]) || found.name[0] == '-') return std::nullopt;
  if (skip("/")) {
    found.divisor = take([](char c) { return g_ascii_isdigit(c); });
    if (found.divisor.empty() || found.divisor[0] == '0' || found.divisor.size() > 9) return std::nullopt;
  }
  if (found.divisor.empty() && skip("@")) {
    found.port = take([](char c) { return g_ascii_isdigit(c); });
    if (found.port.empty() || found.port[0] == '0' || found.port.size() > 5) return std::nullopt;
    if (skip("+")) {
      found.more = take([](char c) { return g_ascii_isdigit(c); });
      if (found.more.empty() || found.more.size() > 5) return std::nullopt;
    }
    if (std::stoull(found.port) + number_of(found.more) > kLastPort) return std::nullopt;
  }
  if (skip(":-")) found.fallback = take([](char c) { return c != '}' && c != '\n'; });
  if (!skip("}")) return std::nullopt;
  found.size = text.size() - rest.size();
  return found;
}

// How many characters must be added, left out or changed to turn `a` into `b`.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::size_t changed = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({changed, row[k] + 1, row[k + 1] + 1});
    }
  }
  return row[b.size()];
}

// The variable that was probably meant: one name begins with the other, or only a few letters differ. "" if there is
// none.
std::string near(const std::string& name, const Variables& variables) {
  std::string best;
  std::size_t least = name.size() / 3 + 2;
  for (const auto& [other, variable] : variables) {
    const std::size_t off = other.starts_with(name) || name.starts_with(other) ? 1 : distance(name, other);
    if (off < least) least = off, best = other;
  }
  return best;
}

std::string names_of(const Variables& variables) {
  std::string names;
  for (const auto& [name, variable] : variables) names += (names.empty() ? "" : ", ") + name;
  return names;
}

// Some encoders take a bit rate in bits, others in thousands of bits. With a divisor one variable serves both. Rounds
// to the nearest.
std::string divided(const std::string& name, const std::string& value, const std::string& divisor,
                    const std::string& place, bool lenient) {
  guint64 number = 0;
  const bool whole = g_ascii_string_to_unsigned(value.c_str(), 10, 0, G_MAXINT64, &number, nullptr);
  if (!whole && lenient) return value;
  if (!whole)
    throw UserError(place + ": the variable \"" + name.substr(0, name.find(kGivenMark)) + "\" is \"" + value +
                    "\"; it must be a whole number here");
  const guint64 by = std::stoull(divisor);
  return std::to_string((number + by / 2) / by);
}

// Hosts with commas between them; each gets the port that it does not have. So one variable serves RTP, RTCP and data.
std::string with_port(const Reference& reference, const std::string& value, const std::string& place, bool lenient) {
  const guint64 more = number_of(reference.more);
  g_auto(GStrv) hosts = g_strsplit(value.c_str(), ",", -1);
  std::string out;
  bool good = *hosts != nullptr;
  for (char** host = hosts; *host; ++host) {
    const std::string_view text = g_strstrip(*host);
    const auto name = text.substr(0, text.find(':'));
    const std::string own(name.size() == text.size() ? reference.port : text.substr(name.size() + 1));
    guint64 port = 0;
    good &= g_ascii_string_to_unsigned(own.c_str(), 10, 1, kLastPort - more, &port, nullptr) && !name.empty() &&
            name.find_first_of(" \t\"'\\") == std::string_view::npos;
    out.append(out.empty() ? "" : ",").append(name).append(":").append(std::to_string(port + more));
  }
  if (good || lenient) return out;
  throw UserError(
      place + ": the variable \"" + reference.name.substr(0, reference.name.find(kGivenMark)) + "\" is \"" + value +
      "\"; here it must be names or IPv4 addresses of hosts, with a comma between two of them, and perhaps a "
      "port behind one: camera-1,camera-2:5014");
}

// The value as this place wants it.
std::string inserted_value(const Reference& reference, const std::string& value, const std::string& place,
                           bool lenient) {
  if (!reference.divisor.empty()) return divided(reference.name, value, reference.divisor, place, lenient);
  if (!reference.port.empty()) return with_port(reference, value, place, lenient);
  return value;
}

// Whether what follows is the frame rate of caps.
bool wants_frame_rate(std::string_view before) {
  constexpr std::string_view kType = "(fraction)";
  constexpr std::string_view kField = "framerate=";
  if (before.ends_with(kType)) before.remove_suffix(kType.size());
  if (!before.ends_with(kField)) return false;
  before.remove_suffix(kField.size());
  while (!before.empty() && g_ascii_isspace(before.back())) before.remove_suffix(1);
  return before.ends_with(',');
}

// How many bytes behind a frame rate belong to it: those of "/1". Nothing where it is divided by something else.
std::optional<std::size_t> size_of_denominator(std::string_view behind) {
  if (!behind.starts_with('/')) return 0;
  constexpr std::string_view kOne = "/1";
  const bool one = behind.starts_with(kOne) && (behind.size() == kOne.size() || !g_ascii_isdigit(behind[kOne.size()]));
  return one ? std::optional(kOne.size()) : std::nullopt;
}

// The insertions, each variable once.
std::vector<Insertion> each_once(const std::vector<Insertion>& insertions) {
  std::vector<Insertion> out;
  for (const auto& insertion : insertions)
    if (std::none_of(out.begin(), out.end(), [&](const auto& other) { return other.variable == insertion.variable; }))
      out.push_back(insertion);
  return out;
}

Given value_of(const std::string& name, const Variables& variables, const Settings& settings, const Givens& givens) {
  if (const auto given = givens.find(name); given != givens.end()) return given->second;
  const Variable& variable = variables.at(name);
  const auto setting = settings.find(name);
  if (setting == settings.end() && !variable.fallback)
    throw UserError(variable.place + ": the variable \"" + name + "\" has no value; give it one with --set " + name +
                    "=VALUE");
  const std::string& value = setting != settings.end() ? setting->second : *variable.fallback;
  return {value, Insertion{name, value, variable.fallback, {}}};
}

}  // namespace

void Quoting::feed(char c) {
  if (std::exchange(escaped, false)) return;
  if (c == '\\')
    escaped = true;
  else if (c == quote)
    quote = 0;
  else if (quote == 0 && (c == '"' || c == '\''))
    quote = c;
}

void find_variables(const Script& script, Variables& found) {
  const std::string& text = script.text;
  std::size_t line = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') ++line;
    if (text.compare(i, 2, "${") != 0) continue;
    const auto reference = reference_of(std::string_view(text).substr(i));
    if (reference && reference->name.find(kGivenMark) != std::string::npos) continue;
    if (!reference)
      throw UserError(
          script.places[line] + ": \"" + text.substr(i, text.find_first_of(" \n", i) - i) +
          "\" is not a variable; write ${name}, ${name:-default}, ${name/1000:-default} or ${name@5004+1:-default}");
    Variable& variable = found.try_emplace(reference->name, Variable{std::nullopt, script.places[line]}).first->second;
    if (!reference->fallback) continue;
    if (variable.fallback && variable.fallback != reference->fallback)
      throw UserError(script.places[line] + ": the variable \"" + reference->name + "\" has two defaults, \"" +
                      *variable.fallback + "\" and \"" + *reference->fallback + "\"; give it one");
    variable.fallback = reference->fallback;
  }
}

void check_settings(const std::string& file, const Settings& settings, const Variables& variables) {
  for (const auto& [name, value] : settings) {
    if (variables.contains(name)) continue;
    const std::string wrong = file + ": --set " + name + "=" + value + ": ";
    if (name == "here") throw UserError(wrong + "\"here\" is the folder of the pipeline file, and can't be set");
    const std::string meant = near(name, variables);
    throw UserError(wrong + "the pipeline has no variable \"" + name + "\"; " +
                    (meant.empty() ? "" : "did you mean \"" + meant + "\"? ") +
                    (variables.empty() ? "it has none" : "it has " + names_of(variables)));
  }
}

std::string insert_value(std::string_view value, char quote) {
  std::string out;
  for (const char c : value) {
    if (quote != 0 && (c == quote || c == '\\')) out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

Expanded substitute(const Script& script, const Variables& variables, const Settings& settings, const Givens& givens,
                    bool lenient) {
  const std::string& text = script.text;
  Expanded out;
  Quoting quoting;
  std::size_t line = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto reference = reference_of(std::string_view(text).substr(i));
    if (!reference) {
      if (text[i] == '\n') ++line;
      quoting.feed(text[i]);
      out.text += text[i++];
      continue;
    }
    const Given value = value_of(reference->name, variables, settings, givens);
    const bool plain = reference->divisor.empty() && reference->port.empty();
    i += reference->size;
    std::string inserted =
        insert_value(inserted_value(*reference, value.value, script.places[line], lenient), quoting.quote);
    const auto rate = plain && wants_frame_rate(out.text) ? fraction_of(value.value) : std::nullopt;
    if (const auto denominator = size_of_denominator(std::string_view(text).substr(i)); rate && denominator) {
      inserted = *rate;
      i += *denominator;
    }
    if (value.origin) {
      Insertion insertion = *value.origin;
      insertion.text = inserted;
      insertion.from = out.text.size();
      insertion.to = insertion.from + inserted.size();
      out.insertions.push_back(std::move(insertion));
    }
    out.text += inserted;
  }
  return out;
}

std::string rename_variables(const std::string& text, const std::map<std::string, std::string, std::less<>>& names) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto reference = reference_of(std::string_view(text).substr(i));
    const auto renamed = reference ? names.find(reference->name) : names.end();
    if (renamed == names.end()) {
      out += text[i++];
      continue;
    }
    out += "${" + renamed->second;
    i += 2 + reference->name.size();
  }
  return out;
}

std::string named(const std::vector<Insertion>& insertions) {
  std::string out;
  for (const auto& each : each_once(insertions)) {
    out += (out.empty() ? "the variable \"" : ", and \"") + each.variable + "\" is \"" +
           shorten(each.value, kMaxQuoted) + "\"";
    if (each.text != each.value) out += " (here \"" + shorten(each.text, kMaxQuoted) + "\")";
  }
  return out;
}

std::string defaults_of(const std::vector<Insertion>& insertions) {
  std::string out;
  for (const auto& insertion : each_once(insertions))
    if (insertion.fallback && *insertion.fallback != insertion.value)
      out += "; the default of \"" + insertion.variable + "\" is \"" + *insertion.fallback + "\"";
  return out;
}
