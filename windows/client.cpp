// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

namespace windows {
namespace {

constexpr std::size_t kMaxEvents = 1000;
constexpr int kMouseMove = 0;  // cv::EVENT_MOUSEMOVE

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool is_move(const Event& event) {
  const auto* mouse = std::get_if<MouseEvent>(&event);
  return mouse && mouse->event == kMouseMove;
}

std::uint32_t window_of(const Event& event) {
  return std::visit([](const auto& one) { return one.window; }, event);
}

// With its default a signal ends the program or nothing; only a handler may want the wait to end.
bool handles_interrupt() {
  struct sigaction action {};
  if (sigaction(SIGINT, nullptr, &action) != 0) return false;
  return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

// One whose time is over is said too, for a moment: the one before it is to go.
int left_of(const std::optional<std::chrono::steady_clock::time_point>& until) {
  if (!until) return 0;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 1, INT_MAX));
}

// Nothing: no memory, or no descriptor, is left.
std::unique_ptr<PictureWriter> memory_for(std::uint64_t slot) {
  try {
    return std::make_unique<PictureWriter>(slot);
  } catch (const std::system_error&) {
    return nullptr;
  }
}

std::unique_ptr<PictureWriter> copied(const PictureWriter& pictures) {
  auto copy = memory_for(pictures.slot());
  const auto& last = pictures.newest();
  if (!copy || !last) return copy;
  std::memcpy(copy->lines(), last->pixels, std::size_t{last->stride} * last->height);
  copy->publish(*last);
  return copy;
}

}  // namespace

KeptInterrupts::KeptInterrupts() {
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupt, &before_);
}

KeptInterrupts::~KeptInterrupts() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

Client::Client(std::string socket, std::string_view program)
    : program_(shown_name(program)), process_(getpid()), connection_(std::move(socket)) {}

std::uint32_t Client::open(std::string_view name) {
  const std::lock_guard lock(mutex_);
  forget_parent();
  const std::uint32_t number = ++last_window_;
  windows_.emplace(number, Window{shown_name(name)});
  used(number);
  say_what_is_new();
  return number;
}

void Client::close(std::uint32_t window) {
  const std::lock_guard lock(mutex_);
  forget_parent();
  const auto found = windows_.find(window);
  if (found == windows_.end()) return;
  const bool said = !found->second.unsaid.window;
  windows_.erase(found);
  unsaid_.erase(window);
  std::erase_if(events_, [&](const Event& event) { return window_of(event) == window; });
  if (said) unsaid_closed_.insert(window);
  say_what_is_new();
}

bool Client::show(std::uint32_t window, const RawPicture& picture, std::string_view objects) {
  const std::lock_guard lock(mutex_);
  Window* const found = used(window);
  const std::uint32_t channels = shown_channels(picture);
  const std::uint64_t slot = slot_for(picture.width, picture.height, channels, objects.size());
  if (!found || slot > kMaxSlot) return false;
  // where a picture waits to be taken, nothing is said, and so nobody would notice that cv-launch has gone
  if (waiting_ == 0) receive();
  const std::int64_t shown_ns = now_ns();
  if (!found->pictures || found->pictures->slot() < slot) {
    // one that grows bit by bit does not need new memory each time
    auto larger = memory_for(found->pictures ? std::min(slot + slot / 4, kMaxSlot) : slot);
    if (!larger) return false;
    found->pictures = std::move(larger);
    found->unsaid.memory = true;
    found->unsaid.picture = false;
  }
  PictureWriter& pictures = *found->pictures;
  to_show(picture, pictures.lines(), stride_of(picture.width, channels));
  if (pictures.publish({++found->shown, shown_ns, picture.width, picture.height, 0, channels, nullptr, objects}))
    found->unsaid.picture = true;
  say_what_is_new();
  return true;
}

void Client::set_title(std::uint32_t window, std::string_view title) {
  const std::lock_guard lock(mutex_);
  Window* const found = used(window);
  if (!found) return;
  found->title = shown_name(title);
  found->unsaid.title = true;
  say_what_is_new();
}

void Client::set_mouse_wanted(std::uint32_t window, bool wanted) {
  const std::lock_guard lock(mutex_);
  Window* const found = used(window);
  if (!found || found->mouse_wanted == wanted) return;
  found->mouse_wanted = wanted;
  found->unsaid.mouse = true;
  say_what_is_new();
}

void Client::set_trackbar(std::uint32_t window, std::string_view name, int min, int max, int value) {
  const std::lock_guard lock(mutex_);
  Window* const found = used(window);
  if (!found) return;
  const Trackbar trackbar{window, shown_name(name), min, max, value};
  const auto slider = std::find_if(found->sliders.begin(), found->sliders.end(),
                                   [&](const Slider& one) { return one.trackbar.name == trackbar.name; });
  if (slider == found->sliders.end())
    found->sliders.push_back({trackbar});
  else
    *slider = {trackbar};
  say_what_is_new();
}

void Client::show_text(std::uint32_t window, bool over, std::string_view text, std::chrono::milliseconds limit) {
  const std::lock_guard lock(mutex_);
  Window* const found = used(window);
  if (!found) return;
  const auto until = std::chrono::steady_clock::now() + limit;
  found->texts[over] = {shown_name(text, kMaxText), limit.count() > 0 ? std::optional(until) : std::nullopt};
  say_what_is_new();
}

void Client::set_button(Button button) {
  const std::lock_guard lock(mutex_);
  Window* const found = used(button.window);
  if (!found) return;
  button.name = shown_name(button.name);
  const auto before = std::find_if(found->buttons.begin(), found->buttons.end(),
                                   [&](const auto& one) { return one.button.button == button.button; });
  if (before == found->buttons.end())
    found->buttons.push_back({std::move(button)});
  else if (before->button != button)
    *before = {std::move(button)};
  say_what_is_new();
}

Client::Waited Client::wait(std::chrono::milliseconds limit, const KeptInterrupts& interrupts) {
  using std::chrono::steady_clock;
  const std::lock_guard lock(mutex_);
  const auto end = steady_clock::now() + limit;
  while (true) {
    forget_parent();
    receive();
    say_what_is_new();
    if (!events_.empty()) {
      const Event event = events_.front();
      events_.pop_front();
      return {event};
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
    if (left <= std::chrono::milliseconds::zero()) return {};
    if (!wait_for_socket(left, interrupts.mask_before()) && handles_interrupt()) return {std::nullopt, true};
  }
}

// The lock is held before and after. False: a signal came.
bool Client::wait_for_socket(std::chrono::milliseconds limit, const sigset_t& signals) {
  const auto retry = windows_.empty() ? std::nullopt : connection_.retry();
  if (retry) limit = std::min(limit, *retry);
  pollfd waited{connection_.descriptor(), POLLIN, 0};
  ++waiting_;
  mutex_.unlock();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(limit);
  const timespec time{static_cast<time_t>(seconds.count()),
                      static_cast<long>(std::chrono::nanoseconds(limit - seconds).count())};
  const int result = ppoll(&waited, 1, &time, &signals);
  const bool interrupted = result < 0 && errno == EINTR;
  mutex_.lock();
  --waiting_;
  return !interrupted;
}

void Client::after_fork_in_child() {
  forget_parent();
  mutex_.unlock();
}

void Client::forget_parent() {
  if (process_ == getpid()) return;
  process_ = getpid();
  connection_.drop();
  waiting_ = 0;
  unsaid_.clear();
  unsaid_closed_.clear();
  events_.clear();
  for (auto& [number, window] : windows_) {
    window.pictures.reset();
    window.of_parent = true;
    window.unsaid.window = true;
  }
}

// The window, of which there is something to say.
Client::Window* Client::used(std::uint32_t number) {
  forget_parent();
  const auto found = windows_.find(number);
  if (found == windows_.end()) return nullptr;
  Window& window = found->second;
  if (std::exchange(window.of_parent, false)) say_again(window);
  unsaid_.insert(number);
  return &window;
}

void Client::say_again(Window& window) {
  window.unsaid = {true, window.title.has_value(), window.mouse_wanted, window.pictures != nullptr, false};
  for (Slider& slider : window.sliders) slider.unsaid = true;
  for (PressedButton& button : window.buttons) button.unsaid = true;
  for (auto& [over, text] : window.texts) text.unsaid = true;
}

void Client::say_all_again() {
  introduced_ = false;
  unsaid_closed_.clear();
  for (auto& [number, window] : windows_) {
    if (window.of_parent) continue;
    say_again(window);
    unsaid_.insert(number);
  }
}

void Client::say_what_is_new() {
  if (!windows_.empty() && connection_.connect()) say_all_again();
  if (!connection_.connected()) return;
  if (!introduced_) introduced_ = connection_.send(encode(Program{kVersion, process_, program_}));
  if (!introduced_ || !say_closed()) return;
  while (!unsaid_.empty()) {
    const std::uint32_t number = *unsaid_.begin();
    if (!say(number, windows_.at(number))) return;
    unsaid_.erase(number);
  }
}

bool Client::say_closed() {
  while (!unsaid_closed_.empty()) {
    if (!connection_.send(encode(Close{*unsaid_closed_.begin()}))) return false;
    unsaid_closed_.erase(unsaid_closed_.begin());
  }
  return true;
}

// False: not all of it could be said.
bool Client::say(std::uint32_t number, Window& window) {
  const auto said = [this](bool& unsaid, const auto& message) {
    if (unsaid) unsaid = !connection_.send(encode(message));
    return !unsaid;
  };
  auto& unsaid = window.unsaid;
  if (!said(unsaid.window, NewWindow{number, window.name})) return false;
  if (unsaid.title && !said(unsaid.title, Title{number, *window.title})) return false;
  for (Slider& slider : window.sliders)
    if (!said(slider.unsaid, slider.trackbar)) return false;
  for (PressedButton& button : window.buttons)
    if (!said(button.unsaid, button.button)) return false;
  for (auto& [over, text] : window.texts)
    if (text.unsaid && !said(text.unsaid, ShownText{number, over, text.text, left_of(text.until)})) return false;
  if (!said(unsaid.mouse, Mouse{number, window.mouse_wanted})) return false;
  if (unsaid.memory && !say_memory(number, window)) return false;
  return said(unsaid.picture, PictureReady{number});
}

bool Client::say_memory(std::uint32_t number, Window& window) {
  // What another connection has had, its reader may still have in its hands. The last picture comes along.
  if (window.pictures->memory() < 0) {
    auto copy = copied(*window.pictures);
    if (!copy) return false;
    window.pictures = std::move(copy);
  }
  if (!connection_.send(encode(Memory{number, window.pictures->slot()}), window.pictures->memory())) return false;
  window.pictures->forget_memory();
  window.unsaid.memory = false;
  window.unsaid.picture = window.pictures->newest().has_value();
  return true;
}

void Client::receive() {
  for (std::size_t i = 0; i < kMaxEvents; ++i) {
    const auto text = connection_.receive();
    if (!text) return;
    const auto message = parse_to_program(*text);
    if (!message) continue;
    if (const auto* key = std::get_if<Key>(&*message)) keep(*key);
    if (const auto* mouse = std::get_if<MouseEvent>(&*message)) keep(*mouse);
    if (const auto* trackbar = std::get_if<MoveTrackbar>(&*message)) keep(*trackbar);
    if (const auto* button = std::get_if<PressButton>(&*message)) keep(*button);
    if (const auto* close = std::get_if<CloseWindow>(&*message)) keep(*close);
    if (const auto* failed = std::get_if<Failed>(&*message)) tell(failed->message);
  }
}

// A user who sees no window would not know why. Each new connection would end in the same way.
void Client::tell(const std::string& complaint) {
  if (std::exchange(told_, complaint) != complaint)
    std::fprintf(stderr, "cv-launch does not show this program's windows: %s\n", complaint.c_str());
}

// Of what the program does not fetch, the mouse's moves are lost first.
void Client::keep(const Event& event) {
  if (!windows_.contains(window_of(event))) return;
  if (events_.size() >= kMaxEvents) {
    const auto move = std::find_if(events_.begin(), events_.end(), is_move);
    if (move == events_.end()) return;
    events_.erase(move);
  }
  events_.push_back(event);
}

}  // namespace windows
