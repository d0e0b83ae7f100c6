// SPDX-License-Identifier: LGPL-2.1-or-later
#include "window.h"

#include <algorithm>
#include <opencv2/core/utils/logger.hpp>

namespace windows {
namespace {

// cv::WindowFlags and cv::WindowPropertyFlags, which are highgui's
constexpr int kAutosize = 1;
constexpr int kFreeRatio = 0x100;
enum Property { kFullScreen, kAutosizes, kAspectRatio, kOpenGl, kVisible };

const cv::Size kWithoutPicture{400, 300};  // of Qt's windows

}  // namespace

Window::Window(Client& client, std::mutex& state, const Panel& panel, const std::string& name, int flags)
    : client_(client), state_(state), panel_(panel), name_(name), number_(client.open(name)), flags_(flags) {
  say_buttons();
}

bool Window::isActive() const {
  const std::lock_guard lock(state_);
  return there_;
}

std::uint32_t Window::number() const {
  const std::lock_guard lock(state_);
  return number_;
}

void Window::destroy() {
  const std::lock_guard lock(state_);
  there_ = false;
  client_.close(std::exchange(number_, 0));
  trackbars_.clear();
}

void Window::close() {
  const std::lock_guard lock(state_);
  client_.close(std::exchange(number_, 0));
}

// state_ is held. The window's number, with which it is there again if it was closed.
std::uint32_t Window::open() {
  if (number_ != 0 || !there_) return number_;
  number_ = client_.open(name_);
  if (title_) client_.set_title(number_, *title_);
  for (const auto& trackbar : trackbars_) say(*trackbar, number_);
  panel_.say(client_, number_);
  client_.set_mouse_wanted(number_, mouse_ != nullptr);
  return number_;
}

void Window::imshow(cv::InputArray image) {
  const cv::Mat picture = image.getMat();
  // Qt's windows throw for these
  CV_Assert(can_show(picture.depth(), picture.channels()));
  CV_Assert(picture.dims == 2);
  const std::lock_guard lock(state_);
  image_ = picture.size();
  const RawPicture raw{
      picture.data,    static_cast<std::uint32_t>(picture.cols), static_cast<std::uint32_t>(picture.rows),
      picture.step[0], static_cast<Depth>(picture.depth()),      static_cast<std::uint32_t>(picture.channels())};
  if (!client_.show(open(), raw))
    CV_LOG_ONCE_WARNING(nullptr,
                        "cv-launch: a picture of " << image_ << " is not shown: it is too large, or no memory is left");
}

// As of Qt's windows, also where one is not there any more.
double Window::getProperty(int property) const {
  const std::lock_guard lock(state_);
  if (property == kVisible) return number_ != 0 ? 1 : 0;
  if (number_ == 0) return -1;
  if (property == kFullScreen) return full_screen_ ? 1 : 0;
  if (property == kAutosizes) return flags_ & kAutosize;
  if (property == kAspectRatio) return flags_ & kFreeRatio;
  return property == kOpenGl ? 0 : -1;
}

bool Window::setProperty(int property, double value) {
  const std::lock_guard lock(state_);
  const int flags = static_cast<int>(value);
  if (property == kFullScreen)
    full_screen_ = flags == 1;
  else if (property == kAutosizes)
    flags_ = (flags_ & ~kAutosize) | (flags & kAutosize);
  else if (property == kAspectRatio)
    flags_ = (flags_ & ~kFreeRatio) | (flags & kFreeRatio);
  else
    return false;
  return true;
}

void Window::resize(int width, int height) {
  const std::lock_guard lock(state_);
  if (width > 0 && height > 0) resized_ = {width, height};
}

void Window::move(int x, int y) {
  const std::lock_guard lock(state_);
  place_ = {x, y};
}

cv::Rect Window::getImageRect() const {
  const std::lock_guard lock(state_);
  if (number_ == 0) return {-1, -1, -1, -1};
  const bool by_picture = (flags_ & kAutosize) != 0 || resized_.empty();
  const cv::Size size = !by_picture ? resized_ : image_.empty() ? kWithoutPicture : image_;
  return {place_, size};
}

void Window::setTitle(const std::string& title) {
  const std::lock_guard lock(state_);
  title_ = title;
  client_.set_title(number_, title);
}

void Window::show_text(bool over, const std::string& text, std::chrono::milliseconds limit) {
  const std::lock_guard lock(state_);
  client_.show_text(number_, over, text, limit);
}

void Window::say_buttons() const {
  const std::lock_guard lock(state_);
  panel_.say(client_, number_);
}

void Window::setMouseCallback(cv::highgui_backend::MouseCallback callback, void* user) {
  const std::lock_guard lock(state_);
  mouse_ = callback;
  mouse_user_ = user;
  client_.set_mouse_wanted(number_, callback != nullptr);
}

void Window::handle(const MouseEvent& event) {
  std::unique_lock lock(state_);
  const auto callback = mouse_;
  auto* const user = mouse_user_;
  lock.unlock();
  if (callback) callback(event.event, event.x, event.y, event.flags, user);
}

void Window::handle(const MoveTrackbar& event) {
  std::unique_lock lock(state_);
  const auto found = std::find_if(trackbars_.begin(), trackbars_.end(),
                                  [&](const auto& one) { return shown_name(one->name_) == event.name; });
  const auto trackbar = found == trackbars_.end() ? nullptr : *found;
  lock.unlock();
  if (trackbar) trackbar->setPos(event.value);
}

std::shared_ptr<cv::highgui_backend::UITrackbar> Window::createTrackbar(const std::string& name, int count,
                                                                        cv::highgui_backend::TrackbarCallback callback,
                                                                        void* user) {
  const std::lock_guard lock(state_);
  auto found = std::find_if(trackbars_.begin(), trackbars_.end(), [&](const auto& one) { return one->name_ == name; });
  if (found == trackbars_.end())
    found = trackbars_.insert(found, std::make_shared<WindowTrackbar>(weak_from_this(), name_, name));
  WindowTrackbar& trackbar = **found;
  trackbar.callback_ = callback;
  trackbar.user_ = user;
  trackbar.range_ = {0, std::max(count, 0)};
  trackbar.position_ = std::clamp(trackbar.position_, 0, trackbar.range_.end);
  say(trackbar, number_);
  return *found;
}

std::shared_ptr<cv::highgui_backend::UITrackbar> Window::findTrackbar(const std::string& name) {
  const std::lock_guard lock(state_);
  for (const auto& trackbar : trackbars_)
    if (trackbar->name_ == name) return trackbar;
  return std::make_shared<WindowTrackbar>();
}

void Window::say(const WindowTrackbar& trackbar, std::uint32_t number) {
  client_.set_trackbar(number, trackbar.name_, trackbar.range_.start, trackbar.range_.end, trackbar.position_);
}

// highgui keeps windows and trackbars in one map.
WindowTrackbar::WindowTrackbar(std::weak_ptr<Window> window, const std::string& window_name, const std::string& name)
    : window_(std::move(window)), id_(name + "@" + window_name), name_(name), position_(0) {}

bool WindowTrackbar::isActive() const {
  const auto window = window_.lock();
  return window && window->isActive();
}

int WindowTrackbar::getPos() const {
  const auto window = window_.lock();
  if (!window) return -1;
  const std::lock_guard lock(window->state_);
  return position_;
}

cv::Range WindowTrackbar::getRange() const {
  const auto window = window_.lock();
  if (!window) return {0, 0};
  const std::lock_guard lock(window->state_);
  return range_;
}

void WindowTrackbar::setPos(int position) {
  set(getRange(), position);
}

void WindowTrackbar::setRange(const cv::Range& range) {
  set(range, getPos());
}

void WindowTrackbar::set(const cv::Range& range, int position) {
  const auto window = window_.lock();
  if (!window) return;
  std::unique_lock lock(window->state_);
  range_ = {range.start, std::max(range.start, range.end)};
  const int moved = std::clamp(position, range_.start, range_.end);
  const int before = std::exchange(position_, moved);
  window->say(*this, window->number_);
  const auto callback = callback_;
  auto* const user = user_;
  lock.unlock();
  if (callback && moved != before) callback(moved, user);
}

}  // namespace windows
