// SPDX-License-Identifier: LGPL-2.1-or-later
#include "backend.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <new>

namespace windows {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Other threads may close the last window meanwhile.
constexpr milliseconds kLook{100};
constexpr int kNoKey = -1;
constexpr int kMostAtOnce = 1000;
constexpr int kForkTries = 100;
constexpr int kForkTryMs = 5;

// OpenCV holds its lock during all of waitKey: other threads could not show anything, and a callback that waits for one
// of them would wait forever.
class Unlocked {
 public:
  explicit Unlocked(cv::Mutex* mutex) : mutex_(mutex) {
    if (mutex_) mutex_->unlock();
  }
  ~Unlocked() {
    if (mutex_) mutex_->lock();
  }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  cv::Mutex* const mutex_;
};

}  // namespace

Backend::Backend(std::string socket, std::string_view program, cv::Mutex* highgui)
    : client_(std::move(socket), program), highgui_(highgui) {}

std::vector<std::shared_ptr<Window>> Backend::windows() const {
  const std::lock_guard lock(list_);
  std::vector<std::shared_ptr<Window>> found;
  for (const auto& window : windows_)
    if (auto kept = window.lock()) found.push_back(std::move(kept));
  return found;
}

std::vector<std::shared_ptr<Window>> Backend::active_windows() const {
  auto found = windows();
  std::erase_if(found, [](const auto& window) { return !window->isActive(); });
  return found;
}

bool Backend::has_window() const {
  const auto all = windows();
  return std::any_of(all.begin(), all.end(), [](const auto& window) { return window->number() != 0; });
}

void Backend::destroyAllWindows() {
  for (const auto& window : windows()) window->destroy();
}

std::shared_ptr<cv::highgui_backend::UIWindow> Backend::createWindow(const std::string& name, int flags) {
  if (active_windows().empty()) {  // the panel has gone with the last one
    const std::lock_guard lock(state_);
    panel_.clear();
  }
  auto window = std::make_shared<Window>(client_, state_, panel_, name, flags);
  const std::lock_guard lock(list_);
  std::erase_if(windows_, [](const auto& one) { return one.expired(); });
  windows_.push_back(window);
  return window;
}

bool Backend::resize(const std::string& name, const cv::Size& size) {
  const auto all = active_windows();
  for (const auto& window : all)
    if (window->getID() == name) window->resize(size.width, size.height);
  return !all.empty();
}

bool Backend::show_text(const std::string& name, bool over, const std::string& text, int milliseconds) {
  const auto all = active_windows();
  for (const auto& window : all)
    if (window->getID() == name) window->show_text(over, text, std::chrono::milliseconds(milliseconds));
  return !all.empty();
}

bool Backend::create_button(const std::string& name, ButtonCallback callback, void* user, int type, bool on) {
  if (active_windows().empty()) return false;
  std::unique_lock lock(state_);
  const auto calls = panel_.add(name, callback, user, type, on);
  lock.unlock();
  follow(calls);
  return true;
}

void Backend::follow(const Panel::Calls& calls) {
  for (const auto& window : windows()) window->say_buttons();
  for (const auto& [callback, user, state] : calls)
    if (callback) callback(state, user);
}

int Backend::handle(const Event& event) {
  if (const auto* key = std::get_if<Key>(&event)) return key->code;
  if (const auto* button = std::get_if<PressButton>(&event)) {
    std::unique_lock lock(state_);
    const auto calls = panel_.press(button->button, button->on);
    lock.unlock();
    follow(calls);
    return kNoKey;
  }
  const std::uint32_t number = std::visit([](const auto& one) { return one.window; }, event);
  for (const auto& window : windows()) {
    if (window->number() != number) continue;
    if (std::holds_alternative<CloseWindow>(event)) window->close();
    if (const auto* mouse = std::get_if<MouseEvent>(&event)) window->handle(*mouse);
    if (const auto* trackbar = std::get_if<MoveTrackbar>(&event)) window->handle(*trackbar);
  }
  return kNoKey;
}

Client::Waited Backend::wait(int delay, steady_clock::time_point end) {
  const KeptInterrupts interrupts;
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    if (delay > 0 ? left <= milliseconds::zero() : !has_window()) return {};
    auto waited = client_.wait(delay > 0 ? std::min(left, kLook) : kLook, interrupts);
    if (waited.event || waited.interrupted) return waited;
  }
}

int Backend::waitKeyEx(int delay) {
  const Unlocked unlocked(highgui_);
  const auto end = steady_clock::now() + milliseconds(std::max(delay, 0));
  while (true) {
    const auto waited = wait(delay, end);
    if (waited.interrupted) return kNoKey;
    if (!waited.event) return delay > 0 ? handle_all() : kNoKey;
    const int key = handle(*waited.event);
    if (key != kNoKey) return key;
  }
}

int Backend::pollKey() {
  const Unlocked unlocked(highgui_);
  return handle_all();
}

// What is there, until a key. No more than that: a program that is slower than a viewer's hand would not come back.
int Backend::handle_all() {
  for (int i = 0; i < kMostAtOnce; ++i) {
    const auto waited = client_.wait(milliseconds::zero());
    if (!waited.event) return kNoKey;
    const int key = handle(*waited.event);
    if (key != kNoKey) return key;
  }
  return kNoKey;
}

// Whoever holds one of these locks is not there any more in the child. OpenCV's own may be held for long, by a
// callback.
void Backend::before_fork() {
  bool holds_highgui = false;
  for (int i = 0; highgui_ && !holds_highgui && i < kForkTries; ++i) {
    holds_highgui = highgui_->try_lock();
    if (!holds_highgui) poll(nullptr, 0, kForkTryMs);
  }
  list_.lock();
  holds_highgui_ = holds_highgui;
  state_.lock();
  client_.before_fork();
}

void Backend::after_fork_in_parent() {
  const bool holds_highgui = holds_highgui_;
  client_.after_fork_in_parent();
  state_.unlock();
  list_.unlock();
  if (holds_highgui) highgui_->unlock();
}

void Backend::after_fork_in_child() {
  client_.after_fork_in_child();
  state_.unlock();
  list_.unlock();
  // a recursive lock knows its thread by a number that is another one now, and can't be unlocked
  if (highgui_) new (highgui_) cv::Mutex();
}

}  // namespace windows
