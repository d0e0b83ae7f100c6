// SPDX-License-Identifier: LGPL-2.1-or-later
// Limits for those who come and have not shown yet that they will stay. However many come from one network, there is a
// place for who comes from another one. Pure.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

class WaitingRoom {
 public:
  using Guest = const void*;

  // So many at most from one network, and in all.
  constexpr WaitingRoom(std::size_t of_one, std::size_t of_all) : of_one_(of_one), of_all_(of_all) {}

  struct Admission {
    bool taken = false;
    Guest leaves = nullptr;  // who has to go for it, and is not in here any more
  };
  // Where it is full, who came first from the network with the most guests has to go for one from a network with fewer.
  Admission enter(Guest guest, const std::string& network) {
    const std::size_t own = count(network);
    if (own >= of_one_) return {};
    Admission admission{.taken = true};
    if (guests_.size() >= of_all_) {
      const auto most = std::ranges::max_element(
          guests_, {}, [this](const Place& place) { return count(place.network); });  // the first of several
      if (count(most->network) <= own) return {};
      admission.leaves = most->guest;
      guests_.erase(most);
    }
    guests_.push_back({guest, network});
    return admission;
  }
  void leave(Guest guest) {
    std::erase_if(guests_, [guest](const Place& place) { return place.guest == guest; });
  }

 private:
  struct Place {
    Guest guest;
    std::string network;
  };
  std::size_t count(std::string_view network) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(guests_, [network](const Place& place) { return place.network == network; }));
  }

  const std::size_t of_one_;
  const std::size_t of_all_;
  std::vector<Place> guests_;  // in the order in which they came
};

// How often a network may come and go without having stayed: what is made for a guest costs 20 ms of a processor.
class ComingPace {
 public:
  static constexpr double kAtOnce = 20;
  static constexpr double kASecond = 2;

  // Time is in seconds, on any clock.
  bool come(const std::string& network, double now) {
    std::erase_if(spent_, [now](const auto& one) { return one.second.left(now) == 0; });
    auto& spent = spent_[network];
    spent = {spent.left(now), now};
    if (spent.times + 1 > kAtOnce) return false;
    ++spent.times;
    return true;
  }
  // It has stayed.
  void stayed(const std::string& network) {
    if (const auto found = spent_.find(network); found != spent_.end())
      found->second.times = std::max(0.0, found->second.times - 1);
  }

 private:
  struct Spent {
    double times = 0;
    double at = 0;
    double left(double now) const { return std::max(0.0, times - (now - at) * kASecond); }
  };
  std::map<std::string, Spent> spent_;  // what is forgotten in a few seconds
};
