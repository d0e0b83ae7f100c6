// SPDX-License-Identifier: LGPL-2.1-or-later
#include "objects.h"

#include <stdexcept>

#include "model_protocol.h"
#include "read_result.h"

// They are as a model's answer has them.
Objects parse_objects(std::string_view json) {
  const std::string answer = R"({"type":"result","frame":0,"objects":)" + std::string(json) + "}";
  auto parsed = cvgst::parse_model_answer(answer, 0);
  if (const auto* wrong = std::get_if<cvgst::Wrong>(&parsed))
    throw std::runtime_error("the objects of a picture are none: the program " + wrong->reason);
  auto& [structures, left_out] = std::get<cvgst::ModelAnswer>(parsed);
  Objects objects{{}, std::move(left_out)};
  for (const auto& structure : structures) objects.objects.push_back(cvgst::read_object("object", structure.get()));
  return objects;
}
