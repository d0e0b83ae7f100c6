// SPDX-License-Identifier: LGPL-2.1-or-later
// How many people watch, whom the server has places for. One who watches several streams at once takes one place; who
// does not say who it is takes one with each connection. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

class People {
 public:
  explicit People(std::size_t places) : places_(places) {}

  std::size_t places() const { return places_; }
  // `person`: what it says that it is, in all its connections; "": it says nothing. Of one stream nobody needs two: who
  // asks for a second one takes another place.
  bool has_place(const std::string& person, const std::string& stream) const {
    return watching() < places_ || (!person.empty() && seats(person, stream) < most(person));
  }
  void enter(const std::string& person, const std::string& stream) { ++streams_[person][stream]; }
  void leave(const std::string& person, const std::string& stream) {
    auto& streams = streams_[person];
    if (--streams[stream] == 0) streams.erase(stream);
    if (streams.empty()) streams_.erase(person);
  }
  std::size_t watching() const {
    std::size_t people = 0;
    for (const auto& [person, streams] : streams_) {
      if (!person.empty())
        people += most(person);
      else
        for (const auto& [stream, seats] : streams) people += seats;
    }
    return people;
  }

 private:
  std::size_t seats(const std::string& person, const std::string& stream) const {
    const auto found = streams_.find(person);
    if (found == streams_.end()) return 0;
    const auto seat = found->second.find(stream);
    return seat == found->second.end() ? 0 : seat->second;
  }
  std::size_t most(const std::string& person) const {
    const auto found = streams_.find(person);
    if (found == streams_.end()) return 0;
    return std::ranges::max_element(found->second, {}, [](const auto& one) { return one.second; })->second;
  }

  const std::size_t places_;
  std::map<std::string, std::map<std::string, std::size_t>> streams_;  // by person: how often it watches each
};
