// SPDX-License-Identifier: LGPL-2.1-or-later
// Servers that help a viewer and this one to reach each other through NAT and firewalls, and what they are told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/protocol.h"
#include "stun.h"

struct IceServer {
  enum class Kind { kStun, kTurn, kTurns };  // turns: through TLS
  Kind kind = Kind::kStun;
  std::string host;
  unsigned port = 0;
  bool tcp = false;                    // how it is talked to; what it relays is UDP
  std::string address;                 // of `host`, once it has answered
  std::optional<stun::Login> login{};  // where it has one of its own

  // As RFC 7064 and 7065 write it, and browsers take it.
  std::string url() const;
};

// HOST[:PORT] or "stun:HOST[:PORT]"; HOST[:PORT] or "turn:HOST[:PORT][?transport=udp|tcp]" or
// "turns:HOST[:PORT][?transport=tcp]". Throws UserError.
IceServer parse_stun(const std::string& text);
IceServer parse_turn(const std::string& text);

// What TURN servers want to know of who uses them.
class TurnCredentials {
 public:
  TurnCredentials() = default;
  // "secret SECRET" (coturn's static-auth-secret) or "user NAME PASSWORD". Throws UserError, which begins with `name`.
  static TurnCredentials parse(const std::string& text, const std::string& name);
  // From the file, or the environment's CV_LAUNCH_TURN_SECRET, or CV_LAUNCH_TURN_USER with CV_LAUNCH_TURN_PASSWORD.
  // Throws UserError: with TURN servers there must be some, without there is nothing to say.
  static TurnCredentials find(const std::string& file, bool needed);

  // For someone who asks now (unix seconds). With a secret it is good for an hour: draft-uberti-behave-turn-rest-00,
  // which coturn calls use-auth-secret.
  stun::Login login(std::int64_t now, const std::string& who) const;

 private:
  std::string secret_;
  stun::Login fixed_;
};

struct PortRange {
  unsigned min = 0;  // 0: any
  unsigned max = 0;
};
// "MIN-MAX". Throws UserError.
PortRange parse_ports(const std::string& text);

struct IceOptions {
  std::vector<IceServer> servers;
  std::string turn_file;
  PortRange udp_ports;
  std::string public_address;  // of a NAT in front of this machine, which passes those ports on; empty: there is none
};

// How viewers' media find a way.
struct Ice {
  std::vector<std::string> addresses{};  // of this machine; none means all
  std::vector<IceServer> servers{};
  TurnCredentials credentials{};
  PortRange udp_ports{};
  std::string public_address{};

  // What a viewer is told, for RTCPeerConnection.
  std::vector<protocol::IceServer> told_to(const stun::Login& login) const;
};

// Throws UserError if the ports are too few for so many viewers.
void check_ports(const PortRange& ports, unsigned viewers);
// The same candidate where it is seen from in front of the NAT; nothing for one that is not of this machine, or of
// another kind of address.
std::optional<std::string> in_front(const std::string& candidate, const std::string& public_address);
