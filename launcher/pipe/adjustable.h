// SPDX-License-Identifier: LGPL-2.1-or-later
// A line "adjustable ELEMENT.PROPERTY min=NUMBER max=NUMBER" of a pipeline file: viewers may change that while it runs.
#pragma once

#include <optional>
#include <string>

struct Adjustable {
  std::string element;  // its name
  std::string property;
  std::optional<double> least, most;  // as far as it is to be changed; nothing: as far as it can be
  std::string place;                  // "file:line"

  std::string name() const { return element + '.' + property; }
};

// `words`: what stands behind "adjustable", its variables replaced. Throws UserError.
Adjustable parse_adjustable(const std::string& place, const std::string& words);
