// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may watch, and who may also change what all viewers see. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Takes as long for a wrong one as for another.
bool is_same_secret(std::string_view given, std::string_view right);

struct Rights {
  bool view = false;
  bool control = false;                // to change what all viewers see
  std::vector<std::string> streams{};  // for these only; none: for all

  bool are_for(std::string_view stream) const;
  bool operator==(const Rights&) const = default;
};

// What opens a server: one that may do all, one that may only watch, and others that may only watch some streams.
// Empty: there is none.
struct Tokens {
  struct ForSome {
    std::string token;
    std::vector<std::string> streams;
  };
  std::string all;
  std::string view;
  std::vector<ForSome> some{};
};

class Access {
 public:
  // A server that is open to everybody, who has these rights.
  explicit Access(Rights everybody = {.view = true, .control = true}) : everybody_(std::move(everybody)) {}
  explicit Access(Tokens tokens) : tokens_(std::move(tokens)) {}

  bool needs_token() const { return !everybody_.view; }
  // Takes as long for a wrong token as for another.
  Rights rights_of(std::string_view token) const;

 private:
  Rights everybody_;
  Tokens tokens_;
};

// Where wrong tokens come from. After kMost of them an address has to wait. Time is in seconds, on any clock.
class WrongTokens {
 public:
  static constexpr unsigned kMost = 5;
  static constexpr double kWait = 60;

  void add(const std::string& address, double now);
  // How long the address has to wait, 0: it need not.
  double wait(const std::string& address, double now) const;

 private:
  struct Count {
    unsigned wrong = 0;
    double last = 0;
  };
  std::map<std::string, Count> counts_;
};

// What an address stands for when something is counted: who has IPv6 has 2^64 of them.
std::string network_of(const std::string& address);
