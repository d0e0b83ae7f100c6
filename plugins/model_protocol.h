// SPDX-License-Identifier: LGPL-2.1-or-later
// The messages of core/MODEL.md. No I/O; malformed input is a value.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "structure_ptr.h"

namespace cvgst {

// What is wrong with a message, to be read behind "the model ".
struct Wrong {
  std::string reason;
};

// What is wrong with a program's first line, or "".
std::string wrong_with_greeting(const std::string& line);

struct Question {
  std::uint32_t frame = 0;
  int width = 0;
  int height = 0;
  const char* format = "";
  int stride = 0;
  std::size_t size = 0;
};
// With its line end.
std::string question_line(const Question& question);

// Each object is a structure "detection": the doubles x, y, w, h (the box), the string label, and what else it has:
// confidence, circle and text, polygon and keypoints as arrays of arrays of doubles, anything else in the string
// "json", which is a JSON object.
struct ModelAnswer {
  std::vector<StructurePtr> objects;
  std::string left_out;  // why the first one that was left out was; "": none was
};
std::variant<ModelAnswer, Wrong> parse_model_answer(const std::string& line, std::uint32_t frame);

}  // namespace cvgst
