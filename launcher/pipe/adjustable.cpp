// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adjustable.h"

#include <glib.h>

#include <cmath>
#include <sstream>

#include "base/user_error.h"

namespace {

double limit_of(const std::string& place, const std::string& word, const std::string& text) {
  char* end = nullptr;
  const double number = g_ascii_strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(number))
    throw UserError(place + ": \"" + word + "\" must have a number, as in max=100");
  return number;
}

}  // namespace

Adjustable parse_adjustable(const std::string& place, const std::string& words) {
  std::istringstream stream(words);
  std::string name;
  stream >> name;
  const auto dot = name.find('.');
  if (dot == 0 || dot == std::string::npos || dot + 1 == name.size() || name.find('.', dot + 1) != std::string::npos)
    throw UserError(place + ": \"" + name +
                    "\" is not ELEMENT.PROPERTY; write for example adjustable model.runtime max=500, where model "
                    "is the name of an element");
  Adjustable adjustable{name.substr(0, dot), name.substr(dot + 1), std::nullopt, std::nullopt, place};
  for (std::string word; stream >> word;) {
    const auto sign = word.find('=');
    const std::string key = word.substr(0, sign);
    if (sign == std::string::npos || (key != "min" && key != "max"))
      throw UserError(place + ": \"" + word + "\" is neither min=NUMBER nor max=NUMBER");
    (key == "min" ? adjustable.least : adjustable.most) = limit_of(place, word, word.substr(sign + 1));
  }
  if (adjustable.least && adjustable.most && *adjustable.least >= *adjustable.most)
    throw UserError(place + ": min must be less than max");
  return adjustable;
}
