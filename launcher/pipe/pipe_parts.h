// SPDX-License-Identifier: LGPL-2.1-or-later
// What a pipeline's tokens are: elements with their properties, and caps. Pure. gst-launch's own parser says nothing of
// where in the text a thing stood.
#pragma once

#include <string>
#include <vector>

#include "pipe_file.h"

struct PipeProperty {
  std::string name;
  std::string value;  // without quotes and backslashes, as gst-launch takes it
  const PipeToken* token;
};

struct PipeElement {
  std::string factory;
  std::vector<PipeProperty> properties;
  std::size_t at = 0;  // its token
};

// "width=640", or the media type, which has no name.
struct CapsField {
  std::string name;
  std::string text;
  std::vector<Insertion> insertions;
};

// Caps between two links.
struct PipeCaps {
  CapsField media;
  std::vector<CapsField> fields;
  std::size_t first = 0;  // its tokens
  std::size_t end = 0;    // behind its last one
};

struct PipeParts {
  std::vector<PipeElement> elements;
  std::vector<PipeCaps> caps;  // only those of one media type
};

// Refers to the tokens of `pipe`. What is written so that words are not apart (as "a!b") is left out.
PipeParts parts_of(const PipeText& pipe);
