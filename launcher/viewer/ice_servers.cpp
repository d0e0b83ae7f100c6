// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ice_servers.h"

#include <gio/gio.h>

#include <algorithm>
#include <array>
#include <memory>
#include <sstream>

#include "base/glib_ptr.h"
#include "base/private_file.h"
#include "base/user_error.h"

namespace {

constexpr unsigned kPort = 3478;
constexpr unsigned kTlsPort = 5349;
constexpr unsigned kLowestPort = 1024;
constexpr unsigned kHighestPort = 65535;
constexpr guint64 kReflexive = 100;  // RFC 8445, 5.1.2.2
constexpr std::int64_t kLoginSeconds = 3600;
constexpr const char* kSecret = "CV_LAUNCH_TURN_SECRET";
constexpr const char* kUser = "CV_LAUNCH_TURN_USER";
constexpr const char* kPassword = "CV_LAUNCH_TURN_PASSWORD";

std::optional<unsigned> port_of(const std::string& text) {
  guint64 port = 0;
  if (!g_ascii_string_to_unsigned(text.c_str(), 10, 1, kHighestPort, &port, nullptr)) return std::nullopt;
  return static_cast<unsigned>(port);
}

bool take_prefix(std::string& text, const std::string& prefix) {
  if (!text.starts_with(prefix)) return false;
  text.erase(0, prefix.size());
  return true;
}

bool take_suffix(std::string& text, const std::string& suffix) {
  if (!text.ends_with(suffix)) return false;
  text.resize(text.size() - suffix.size());
  return true;
}

bool is_v6(const std::string& address) {
  const GObjectPtr<GInetAddress> ip(g_inet_address_new_from_string(address.c_str()));
  return ip && g_inet_address_get_family(ip.get()) == G_SOCKET_FAMILY_IPV6;
}

// With any other character a URL is none, and a browser that is told of it makes no connection at all. A zone (%eth0)
// is this machine's own.
bool is_host(const std::string& text) {
  const bool v6 = is_v6(text);
  return std::ranges::all_of(
      text, [v6](char c) { return g_ascii_isalnum(c) || c == '.' || (v6 ? c == ':' : c == '-' || c == '_'); });
}

// HOST, HOST:PORT, [IPv6]:PORT
bool set_address(IceServer& server, const std::string& text) {
  const std::string uri = "stun://" + text;
  g_autofree char* host = nullptr;
  int port = -1;
  g_autofree char* user = nullptr;
  g_autofree char* path = nullptr;
  g_autofree char* query = nullptr;
  g_autofree char* fragment = nullptr;
  const bool read =
      g_uri_split(uri.c_str(), G_URI_FLAGS_NONE, nullptr, &user, &host, &port, &path, &query, &fragment, nullptr);
  if (!read || !host || !*host || port == 0 || user || query || fragment || (path && *path)) return false;
  if (!is_host(host)) return false;
  server.host = host;
  if (port > 0) server.port = static_cast<unsigned>(port);
  return true;
}

std::string base64_sha1(const std::string& secret, const std::string& text) {
  const std::unique_ptr<GHmac, Deleter<g_hmac_unref>> hmac(
      g_hmac_new(G_CHECKSUM_SHA1, reinterpret_cast<const guchar*>(secret.data()), secret.size()));
  g_hmac_update(hmac.get(), reinterpret_cast<const guchar*>(text.data()), static_cast<gssize>(text.size()));
  std::array<guint8, 20> digest{};
  gsize size = digest.size();
  g_hmac_get_digest(hmac.get(), digest.data(), &size);
  return take_string(g_base64_encode(digest.data(), size));
}

}  // namespace

std::string IceServer::url() const {
  const std::string name = is_v6(host) ? "[" + host + "]" : host;
  const char* scheme = kind == Kind::kStun ? "stun:" : kind == Kind::kTurn ? "turn:" : "turns:";
  return scheme + name + ":" + std::to_string(port) +
         (kind == Kind::kStun ? ""
          : tcp               ? "?transport=tcp"
                              : "?transport=udp");
}

IceServer parse_stun(const std::string& text) {
  IceServer server{.kind = IceServer::Kind::kStun, .host = {}, .port = kPort, .tcp = false, .address = {}};
  std::string rest = text;
  take_prefix(rest, "stun:");
  if (!set_address(server, rest)) throw UserError("--stun=" + text + ": write HOST or HOST:PORT");
  return server;
}

IceServer parse_turn(const std::string& text) {
  std::string rest = text;
  const bool tls = take_prefix(rest, "turns:");
  if (!tls) take_prefix(rest, "turn:");
  const bool tcp = take_suffix(rest, "?transport=tcp");
  const bool udp = !tcp && take_suffix(rest, "?transport=udp");
  IceServer server{.kind = tls ? IceServer::Kind::kTurns : IceServer::Kind::kTurn,
                   .host = {},
                   .port = tls ? kTlsPort : kPort,
                   .tcp = tcp || tls,
                   .address = {}};
  if (!set_address(server, rest) || (tls && udp))
    throw UserError("--turn=" + text +
                    ": write turn:HOST[:PORT], with ?transport=tcp behind it for TCP, or turns:HOST[:PORT] for TLS");
  if (tls && g_hostname_is_ip_address(server.host.c_str()))
    throw UserError("--turn=" + text + ": with TLS Firefox takes a server's name only; write that, not its address");
  return server;
}

TurnCredentials TurnCredentials::parse(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  std::string line;
  std::optional<TurnCredentials> found;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::vector<std::string> all;
    for (std::string word; words >> word;) all.push_back(word);
    if (all.empty() || all.front().starts_with('#')) continue;
    const bool secret = all.front() == "secret" && all.size() == 2;
    const bool user = all.front() == "user" && all.size() == 3;
    if (found || (!secret && !user))
      throw UserError(name + ": write one line, \"secret SECRET\" or \"user NAME PASSWORD\"");
    found.emplace();
    if (secret) found->secret_ = all[1];
    if (user) found->fixed_ = {all[1], all[2]};
  }
  if (!found) throw UserError(name + ": nothing is in it; write \"secret SECRET\" or \"user NAME PASSWORD\"");
  return *found;
}

TurnCredentials TurnCredentials::find(const std::string& file, bool needed) {
  TurnCredentials credentials;
  credentials.secret_ = take_variable(kSecret).value_or("");
  credentials.fixed_ = {take_variable(kUser).value_or(""), take_variable(kPassword).value_or("")};
  const bool fixed = !credentials.fixed_.user.empty() || !credentials.fixed_.password.empty();
  const int given = (credentials.secret_.empty() ? 0 : 1) + (fixed ? 1 : 0) + (file.empty() ? 0 : 1);
  if (given > 1)
    throw UserError(std::string("--turn-file, ") + kSecret + " and " + kUser + " contradict each other: leave one");
  if (!file.empty()) credentials = parse(read_private("--turn-file", file), "--turn-file=" + file);
  if (fixed && (credentials.fixed_.user.empty() || credentials.fixed_.password.empty()))
    throw UserError(std::string(kUser) + " and " + kPassword + " in the environment need each other");
  if (needed && given == 0)
    throw UserError(std::string("--turn: who may use it? --turn-file=FILE with \"secret SECRET\" or \"user NAME "
                                "PASSWORD\", or ") +
                    kSecret + " in the environment");
  if (!needed && !file.empty()) throw UserError("--turn-file without --turn: name the server too");
  return credentials;
}

stun::Login TurnCredentials::login(std::int64_t now, const std::string& who) const {
  if (secret_.empty()) return fixed_;
  const std::string user = std::to_string(now + kLoginSeconds) + ":" + who;
  return {user, base64_sha1(secret_, user)};
}

PortRange parse_ports(const std::string& text) {
  const auto dash = text.find('-');
  const auto min = port_of(text.substr(0, dash));
  const auto max = dash == std::string::npos ? std::nullopt : port_of(text.substr(dash + 1));
  if (!min || !max || *min < kLowestPort || *min > *max)
    throw UserError("--udp-ports=" + text + ": write MIN-MAX, from " + std::to_string(kLowestPort) + " to " +
                    std::to_string(kHighestPort) + ", for example 50000-50999");
  return {*min, *max};
}

std::vector<protocol::IceServer> Ice::told_to(const stun::Login& login) const {
  protocol::IceServer stun;
  protocol::IceServer turn{.urls = {}, .username = login.user, .credential = login.password};
  for (const auto& server : servers) (server.kind == IceServer::Kind::kStun ? stun : turn).urls.push_back(server.url());
  std::vector<protocol::IceServer> told;
  for (auto* each : {&stun, &turn})
    if (!each->urls.empty()) told.push_back(std::move(*each));
  return told;
}

void check_ports(const PortRange& ports, unsigned viewers) {
  if (ports.max == 0) return;
  const unsigned count = ports.max - ports.min + 1;
  const unsigned needed = 2 * viewers;
  if (count < needed)
    throw UserError(
        "--udp-ports=" + std::to_string(ports.min) + "-" + std::to_string(ports.max) + ": " + std::to_string(count) +
        " ports are too few for " + std::to_string(viewers) +
        " viewers (--max-viewers), each of whom takes one, and for those who come or have just gone; take " +
        std::to_string(needed));
}

std::optional<std::string> in_front(const std::string& candidate, const std::string& public_address) {
  // candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ host
  std::istringstream words(candidate);
  std::string foundation;
  std::string component;
  std::string transport;
  std::string priority;
  std::string address;
  std::string port;
  std::string mark;
  std::string type;
  words >> foundation >> component >> transport >> priority >> address >> port >> mark >> type;
  const GObjectPtr<GInetAddress> own(g_inet_address_new_from_string(address.c_str()));
  if (!own || type != "host" || g_inet_address_get_is_loopback(own.get()) ||
      g_inet_address_get_is_link_local(own.get()) || is_v6(address) != is_v6(public_address))
    return std::nullopt;
  guint64 number = 0;
  g_ascii_string_to_unsigned(priority.c_str(), 10, 0, G_MAXUINT32, &number, nullptr);
  const std::string reflexive = std::to_string((number & 0xffffff) | kReflexive << 24);
  return foundation + "n " + component + " " + transport + " " + reflexive + " " + public_address + " " + port +
         " typ srflx raddr " + address + " rport " + port;
}
