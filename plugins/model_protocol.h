// SPDX-License-Identifier: LGPL-2.1-or-later
// The messages of core/MODEL.md. No I/O; malformed input is a value.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "structure_ptr.h"

namespace cvgst {

// What is wrong with a message, in words that go on after "the model ".
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
// Includes the line end.
std::string question_line(const Question& question);

// Each object is a structure "detection". It has the doubles x, y, w, h (the box) and the string label. What else the
// model gave is there too: confidence, circle and text, polygon and keypoints as arrays of arrays of doubles. Members
// of other names are in the string "json", which is a JSON object.
struct ModelAnswer {
  std::vector<StructurePtr> objects;
  std::string left_out;  // what is wrong with the first object that was left out; "": none was
};
std::variant<ModelAnswer, Wrong> parse_model_answer(const std::string& line, std::uint32_t frame);

}  // namespace cvgst
