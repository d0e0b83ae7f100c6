// SPDX-License-Identifier: LGPL-2.1-or-later
// A bad network between two network namespaces, for kernels without netem: a TUN device in each, and what is sent into
// one comes out of the other late, out of order or never. It prints "ready", obeys lines on its standard input
// ("loss 5", "delay 50", "jitter 10"), and at SIGTERM or the end of its input prints what it did. Only for root.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <random>
#include <regex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Options = std::map<std::string, std::string>;

/// A result of the system's as it is, or an exception that says what went wrong.
template <typename T>
T check(T result, const std::string& what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

struct Descriptor {
  explicit Descriptor(int opened) : fd(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(fd); }
  const int fd;
};

int open_file(const std::string& path, int flags) {
  return check(open(path.c_str(), flags | O_CLOEXEC), path);
}

sockaddr ipv4(const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error(text + ": not an IPv4 address");
  sockaddr general{};
  std::memcpy(&general, &address, sizeof general);
  return general;
}

/// A TUN device in the namespace `netns`, up, with the address `own` there and `other` beyond it. It goes with the
/// descriptor, so with this process.
int open_tun(const std::string& netns, const std::string& own, const std::string& other) {
  const Descriptor home(open_file("/proc/self/ns/net", O_RDONLY)), there(open_file("/run/netns/" + netns, O_RDONLY));
  check(setns(there.fd, CLONE_NEWNET), "entering " + netns);
  const int tun = open_file("/dev/net/tun", O_RDWR | O_NONBLOCK);
  const Descriptor socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "a socket in " + netns));
  ifreq request{};
  std::strcpy(request.ifr_name, "cv-test");
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  check(ioctl(tun, TUNSETIFF, &request), "a TUN device in " + netns);
  request.ifr_addr = ipv4(own);
  check(ioctl(socket.fd, SIOCSIFADDR, &request), own + " in " + netns);
  request.ifr_dstaddr = ipv4(other);
  check(ioctl(socket.fd, SIOCSIFDSTADDR, &request), other + " beyond " + netns);
  request.ifr_flags = IFF_UP | IFF_POINTOPOINT | IFF_NOARP;
  check(ioctl(socket.fd, SIOCSIFFLAGS, &request), "the device up in " + netns);
  check(setns(home.fd, CLONE_NEWNET), "coming back from " + netns);
  return tun;
}

double number(const std::string& name, const std::string& text, double most) {
  double value = -1;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || !(value >= 0 && value <= most))
    throw std::runtime_error("\"" + name + " " + text + "\": not a number from 0 to " +
                             std::to_string(std::lround(most)));
  return value;
}

/// What can change while it runs: delay and jitter in ms, loss in percent.
using Conditions = std::map<std::string, double>;

void set(Conditions& conditions, const std::string& name, const std::string& text) {
  const auto known = conditions.find(name);
  if (known == conditions.end()) throw std::runtime_error("\"" + name + "\": neither delay nor jitter nor loss");
  known->second = number(name, text, name == "loss" ? 100 : 60'000);
}

/// One direction. Its generator is its own: with the same seed its n-th packet meets the same fate.
class Direction {
 public:
  Direction(int from, int to, unsigned seed) : from_(from), to_(to), random_(seed) {}

  /// Takes a packet from the device.
  void receive(const Conditions& conditions) {
    static std::array<char, 65536> data;
    const ssize_t size = read(from_, data.data(), data.size());
    if (size < 0 && errno == EAGAIN) return;
    check(size, "reading a packet");
    if (size == 0 || data[0] >> 4 != 4) return;  // the kernel's own IPv6 multicasts are nobody's traffic
    std::uniform_real_distribution<double> uniform(-1, 1);
    if ((uniform(random_) + 1) * 50 < conditions.at("loss")) {
      ++dropped;
      return;
    }
    const double delay = conditions.at("delay") + conditions.at("jitter") * uniform(random_);
    const std::chrono::nanoseconds rounded(std::llround(delay * 1e6));
    late_.emplace(Clock::now() + rounded, std::vector(data.data(), data.data() + size));
  }

  /// Hands over the packets whose time has come; when the next one's comes.
  Clock::time_point deliver() {
    for (; !late_.empty() && late_.begin()->first <= Clock::now(); late_.erase(late_.begin()), ++forwarded)
      check(write(to_, late_.begin()->second.data(), late_.begin()->second.size()), "writing a packet");
    return late_.empty() ? Clock::time_point::max() : late_.begin()->first;
  }

  unsigned long forwarded = 0, dropped = 0;

 private:
  int from_, to_;
  std::mt19937 random_;
  std::multimap<Clock::time_point, std::vector<char>> late_;  // by when they are due; equals stay in order
};

/// Applies the whole lines of what there is on standard input; false at its end.
bool obey(std::string& input, Conditions& conditions) {
  std::array<char, 4096> data{};
  const ssize_t size = check(read(STDIN_FILENO, data.data(), data.size()), "reading standard input");
  input.append(data.data(), static_cast<size_t>(size));
  for (size_t end; (end = input.find('\n')) != std::string::npos; input.erase(0, end + 1)) {
    const std::string line = input.substr(0, end), name = line.substr(0, line.find(' '));
    set(conditions, name, line.substr(std::min(line.size(), name.size() + 1)));
  }
  return size > 0;
}

void relay(const Options& options) {
  Conditions conditions{{"delay", 0}, {"jitter", 0}, {"loss", 0}};
  for (const auto& [name, value] : conditions) set(conditions, name, options.at(name));
  const auto seed = static_cast<unsigned>(number("seed", options.at("seed"), 1e9));
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  check(sigprocmask(SIG_BLOCK, &ending, nullptr), "blocking SIGTERM");
  const Descriptor signals(check(signalfd(-1, &ending, SFD_CLOEXEC), "a descriptor for SIGTERM"));
  const int a = open_tun(options.at("a"), options.at("a-address"), options.at("b-address"));
  const int b = open_tun(options.at("b"), options.at("b-address"), options.at("a-address"));
  std::array<Direction, 2> directions{Direction(a, b, seed), Direction(b, a, seed + 1)};
  std::puts("ready");
  std::fflush(stdout);
  std::string input;
  std::array<pollfd, 4> polled{{{a, POLLIN, 0}, {b, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}, {signals.fd, POLLIN, 0}}};
  do {
    const auto next = std::min(directions[0].deliver(), directions[1].deliver());
    const std::chrono::nanoseconds wait = std::max(next - Clock::now(), Clock::duration::zero());
    const timespec timeout{wait.count() / 1'000'000'000, wait.count() % 1'000'000'000};
    check(ppoll(polled.data(), polled.size(), &timeout, nullptr), "ppoll");
    for (size_t i = 0; i < 2; ++i)
      if (polled[i].revents != 0) directions[i].receive(conditions);
  } while (polled[3].revents == 0 && (polled[2].revents == 0 || obey(input, conditions)));
  const auto& [ab, ba] = directions;
  std::printf("{\"forwarded\":[%lu,%lu],\"dropped\":[%lu,%lu]}\n", ab.forwarded, ba.forwarded, ab.dropped, ba.dropped);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Options options{{"delay", "0"}, {"jitter", "0"}, {"loss", "0"}, {"seed", "1"}};
    const std::regex form("--(a|b|a-address|b-address|delay|jitter|loss|seed)=(.+)");
    std::cmatch parts;
    for (const char* argument : std::vector(argv + 1, argv + argc)) {
      if (!std::regex_match(argument, parts, form)) throw std::runtime_error(std::string(argument) + ": not an option");
      options[parts[1]] = parts[2];
    }
    if (options.size() != 8) throw std::runtime_error("--a, --b, --a-address and --b-address are needed");
    relay(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cv-test-relay: %s\n", error.what());
    return 1;
  }
}
