// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the flat JSON arrays of test vectors: enough for these files, not for JSON in general.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <vector>

using Vector = std::map<std::string, std::string>;

inline std::vector<Vector> read_vectors(const std::string& name) {
  std::ifstream file(std::string(TEST_VECTORS) + "/" + name);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::regex object(R"(\{[^}]*\})");
  const std::regex field(R"re("(\w+)": (?:"([^"]*)"|(\d+)))re");
  std::vector<Vector> vectors;
  for (std::sregex_iterator i(text.begin(), text.end(), object), end; i != end; ++i) {
    const std::string fields = i->str();
    Vector vector;
    for (std::sregex_iterator j(fields.begin(), fields.end(), field); j != end; ++j)
      vector[(*j)[1]] = (*j)[2].matched ? (*j)[2].str() : (*j)[3].str();
    vectors.push_back(vector);
  }
  return vectors;
}

inline std::uint64_t number(const Vector& vector, const std::string& name) {
  return std::stoull(vector.at(name));
}
