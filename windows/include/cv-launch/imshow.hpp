// SPDX-License-Identifier: LGPL-2.1-or-later
// OpenCV's windows in the browser, by cv-launch, with results as data. C++17; pkg-config: cv-launch.
//
//     #include <cv-launch/imshow.hpp>
//
//     cv_launch::imshow("camera", frame, {{10, 20, 30, 40, "cup", 0.9}});
//     if (cv_launch::waitKey(1) == 'q') …
//
// The functions are named and do as OpenCV's. A picture is all that cv::imshow takes, where OpenCV's headers are there,
// or a cv_launch::Picture. Objects are not drawn into it: the page draws them, on the picture that they were found in.
// A program that `cv-launch run` starts shows its windows there; any other one starts a cv-launch of its own with its
// first window, and tells its address on stderr. What fails is a std::runtime_error.
#ifndef CV_LAUNCH_IMSHOW_HPP
#define CV_LAUNCH_IMSHOW_HPP

#include <pthread.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "objects.hpp"
#include "windows.h"

#if !defined(CV_LAUNCH_WITHOUT_OPENCV) && __has_include(<opencv2/core.hpp>)
#include <opencv2/core.hpp>
#define CV_LAUNCH_HAS_OPENCV 1
#endif

namespace cv_launch {

struct Picture {
  const void* pixels = nullptr;
  int width = 0, height = 0;
  int channels = 3;          // 1: grey; 3 or 4: blue, green, red, and one that is not shown
  std::size_t stride = 0;    // bytes from one line to the next; 0: as many as its pixels have
  int depth = CV_LAUNCH_8U;  // a cv_launch_depth
};

using MouseCallback = std::function<void(int event, int x, int y, int flags, void* userdata)>;
using TrackbarCallback = std::function<void(int position, void* userdata)>;

namespace detail {

constexpr int kNoKey = -1;

[[noreturn]] inline void fail(const std::string& message) {
  throw std::runtime_error("cv_launch: " + message);
}

struct Trackbar {
  std::string name;
  int min = 0, max = 0, value = 0;
  int* variable = nullptr;
  TrackbarCallback callback{};
  void* userdata = nullptr;
};

// One that a viewer closed stays, as the program sees it, and the next picture brings it back.
struct Window {
  std::uint32_t number = 0;  // 0: viewers have closed it
  std::optional<std::string> title{};
  std::vector<Trackbar> trackbars{};
  MouseCallback mouse{};
  void* userdata = nullptr;
};

struct State {
  std::recursive_mutex mutex;  // guards the windows; not held while waiting, nor by callbacks
  std::map<std::string, Window> windows;
};

// Never deleted: threads of the program may use it to the very end.
inline State& state() {
  static auto* const all = new State;
  return *all;
}
using Lock = std::lock_guard<std::recursive_mutex>;

// A thread that holds the lock is not there any more in the child of a fork. Called once the library has seen to its
// own locks, which are taken after this one.
inline void watch_forks() {
  // a recursive lock knows its thread by a number, which is another one in the child
  static const int watched = pthread_atfork([] { state().mutex.lock(); }, [] { state().mutex.unlock(); },
                                            [] { new (&state().mutex) std::recursive_mutex; });
  (void)watched;
}

inline void say(const Window& window, const Trackbar& trackbar) {
  const auto id = static_cast<std::uint32_t>(&trackbar - window.trackbars.data());
  cv_launch_set_trackbar(window.number, id, trackbar.name.c_str(), trackbar.min, trackbar.max, trackbar.value);
}

inline Window& opened(const std::string& name) {
  Window& window = state().windows[name];
  if (window.number != 0) return window;
  window.number = cv_launch_open(name.c_str());
  if (window.number == 0) fail(cv_launch_error());
  watch_forks();
  if (window.title) cv_launch_set_title(window.number, window.title->c_str());
  for (const Trackbar& trackbar : window.trackbars) say(window, trackbar);
  cv_launch_set_mouse_wanted(window.number, window.mouse ? 1 : 0);
  return window;
}

inline Window& found(const std::string& name) {
  const auto window = state().windows.find(name);
  if (window == state().windows.end()) fail("there is no window " + name);
  return window->second;
}

inline Trackbar* trackbar_of(Window& window, const std::string& name) {
  for (Trackbar& trackbar : window.trackbars)
    if (trackbar.name == name) return &trackbar;
  return nullptr;
}

// The program is called back where it is another position than before.
inline void move(Window& window, Trackbar& trackbar, int value, int min, int max,
                 std::unique_lock<std::recursive_mutex> lock) {
  const int before = trackbar.value;
  trackbar.min = min;
  trackbar.max = std::max(min, max);
  trackbar.value = std::clamp(value, trackbar.min, trackbar.max);
  say(window, trackbar);
  if (trackbar.variable) *trackbar.variable = trackbar.value;
  const int now = trackbar.value;
  const TrackbarCallback callback = trackbar.callback;
  void* const userdata = trackbar.userdata;
  lock.unlock();
  if (callback && now != before) callback(now, userdata);
}

template <typename Change>
void change(const std::string& trackbar_name, const std::string& window_name, Change change) {
  std::unique_lock lock(state().mutex);
  Window& window = found(window_name);
  Trackbar* const trackbar = trackbar_of(window, trackbar_name);
  if (!trackbar) fail("the window " + window_name + " has no trackbar " + trackbar_name);
  auto [value, min, max] = std::array{trackbar->value, trackbar->min, trackbar->max};
  change(value, min, max);
  move(window, *trackbar, value, min, max, std::move(lock));
}

inline int handle(const cv_launch_event& event) {
  if (event.type == CV_LAUNCH_KEY) return event.code;
  std::unique_lock lock(state().mutex);
  for (auto& [name, window] : state().windows) {
    if (window.number != event.window) continue;
    if (event.type == CV_LAUNCH_CLOSED) cv_launch_close(std::exchange(window.number, 0));
    if (event.type == CV_LAUNCH_TRACKBAR && event.trackbar < window.trackbars.size()) {
      Trackbar& trackbar = window.trackbars[event.trackbar];
      move(window, trackbar, event.code, trackbar.min, trackbar.max, std::move(lock));
    } else if (event.type == CV_LAUNCH_MOUSE) {
      const MouseCallback callback = window.mouse;
      void* const userdata = window.userdata;
      lock.unlock();
      if (callback) callback(event.code, event.x, event.y, event.flags, userdata);
    }
    break;
  }
  return kNoKey;
}

inline bool any_open() {
  const Lock lock(state().mutex);
  return std::any_of(state().windows.begin(), state().windows.end(),
                     [](const auto& one) { return one.second.number != 0; });
}

inline void show(const std::string& name, const Picture& picture, const std::optional<std::string>& objects) {
  if (picture.width <= 0 || picture.height <= 0) fail("the picture is empty");
  constexpr std::size_t kBytes[] = {1, 1, 2, 2, 4, 4, 8};
  const std::size_t bytes = picture.depth >= 0 && picture.depth <= CV_LAUNCH_64F ? kBytes[picture.depth] : 0;
  const std::size_t line = bytes * static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
  const Lock lock(state().mutex);
  const Window& window = opened(name);
  if (cv_launch_show(window.number, picture.pixels, static_cast<std::uint32_t>(picture.width),
                     static_cast<std::uint32_t>(picture.height), picture.stride != 0 ? picture.stride : line,
                     picture.depth, picture.channels, objects ? objects->data() : nullptr,
                     objects ? objects->size() : 0) != 0)
    fail(cv_launch_error());
}

}  // namespace detail

inline void namedWindow(const std::string& name, int /*flags*/ = 1) {
  const detail::Lock lock(detail::state().mutex);
  if (detail::state().windows.count(name) == 0) detail::opened(name);
}

// Shows a copy of the picture. Without objects nothing is said of any; an empty list says that there are none.
inline void imshow(const std::string& name, const Picture& picture) {
  detail::show(name, picture, std::nullopt);
}
inline void imshow(const std::string& name, const Picture& picture, const Objects& objects) {
  detail::show(name, picture, detail::json(objects));
}

#ifdef CV_LAUNCH_HAS_OPENCV
namespace detail {
inline void show(const std::string& name, const cv::Mat& mat, const std::optional<std::string>& objects) {
  if (mat.dims > 2) fail("a picture has two dimensions");
  show(name, Picture{mat.data, mat.cols, mat.rows, mat.channels(), mat.empty() ? 0 : mat.step[0], mat.depth()},
       objects);
}
}  // namespace detail

inline void imshow(const std::string& name, cv::InputArray image) {
  detail::show(name, image.getMat(), std::nullopt);
}
inline void imshow(const std::string& name, cv::InputArray image, const Objects& objects) {
  detail::show(name, image.getMat(), detail::json(objects));
}
#endif

// A key that somebody has pressed, as OpenCV gives it; −1: none. Callbacks are called meanwhile, in this thread.
inline int pollKey() {
  constexpr int kMostAtOnce = 1000;  // a program that is slower than a viewer's hand would not come back
  cv_launch_event event{};
  for (int i = 0; i < kMostAtOnce && cv_launch_wait(0, &event) == 1; ++i) {
    const int key = detail::handle(event);
    if (key != detail::kNoKey) return key;
  }
  return detail::kNoKey;
}

// As pollKey(), and waits for one so many milliseconds at most; 0: as long as there is a window, or until a signal
// comes that the program handles.
inline int waitKeyEx(int delay = 0) {
  using namespace std::chrono;
  constexpr milliseconds kLook{100};  // other threads may close the last window meanwhile
  const auto end = steady_clock::now() + milliseconds(std::max(delay, 0));
  while (true) {
    const auto left = ceil<milliseconds>(end - steady_clock::now());
    if (delay > 0 && left <= milliseconds::zero()) return pollKey();
    if (delay <= 0 && !detail::any_open()) return detail::kNoKey;
    cv_launch_event event{};
    const int waited = cv_launch_wait((delay > 0 ? std::min(left, kLook) : kLook).count(), &event);
    const int key = waited == 1 ? detail::handle(event) : detail::kNoKey;
    if (key != detail::kNoKey || waited < 0) return key;
  }
}

inline int waitKey(int delay = 0) {
  const int key = waitKeyEx(delay);
  return key == detail::kNoKey ? key : key & 0xff;
}

inline void destroyWindow(const std::string& name) {
  const detail::Lock lock(detail::state().mutex);
  cv_launch_close(detail::found(name).number);
  detail::state().windows.erase(name);
}

inline void destroyAllWindows() {
  const detail::Lock lock(detail::state().mutex);
  for (const auto& [name, window] : detail::state().windows) cv_launch_close(window.number);
  detail::state().windows.clear();
}

// Whether the window is there, and no viewer has closed it: OpenCV's WND_PROP_VISIBLE.
inline bool isVisible(const std::string& name) {
  const detail::Lock lock(detail::state().mutex);
  const auto window = detail::state().windows.find(name);
  return window != detail::state().windows.end() && window->second.number != 0;
}

inline void setWindowTitle(const std::string& name, const std::string& title) {
  const detail::Lock lock(detail::state().mutex);
  detail::Window& window = detail::found(name);
  window.title = title;
  cv_launch_set_title(window.number, title.c_str());
}

// A text over the picture, for so many milliseconds; 0: until there is another one.
inline void displayOverlay(const std::string& name, const std::string& text, int delayms = 0) {
  const detail::Lock lock(detail::state().mutex);
  cv_launch_show_text(detail::found(name).number, 1, text.c_str(), delayms);
}
// The same in a line below the picture.
inline void displayStatusBar(const std::string& name, const std::string& text, int delayms = 0) {
  const detail::Lock lock(detail::state().mutex);
  cv_launch_show_text(detail::found(name).number, 0, text.c_str(), delayms);
}

// A slider from 0 to `count`. `value`: where it is at first, and where each position is written to; may be null.
inline void createTrackbar(const std::string& name, const std::string& window_name, int* value, int count,
                           TrackbarCallback callback = nullptr, void* userdata = nullptr) {
  std::unique_lock lock(detail::state().mutex);
  detail::Window& window = detail::found(window_name);
  detail::Trackbar* trackbar = detail::trackbar_of(window, name);
  if (!trackbar) trackbar = &window.trackbars.emplace_back(detail::Trackbar{name});
  trackbar->variable = value;
  trackbar->callback = std::move(callback);
  trackbar->userdata = userdata;
  const int wanted = value ? *value : trackbar->value;
  detail::move(window, *trackbar, wanted, 0, count, std::move(lock));
}

// −1: there is none.
inline int getTrackbarPos(const std::string& name, const std::string& window_name) {
  const detail::Lock lock(detail::state().mutex);
  const auto window = detail::state().windows.find(window_name);
  if (window == detail::state().windows.end()) return -1;
  const detail::Trackbar* const trackbar = detail::trackbar_of(window->second, name);
  return trackbar ? trackbar->value : -1;
}

inline void setTrackbarPos(const std::string& name, const std::string& window_name, int position) {
  detail::change(name, window_name, [&](int& value, int&, int&) { value = position; });
}
inline void setTrackbarMin(const std::string& name, const std::string& window_name, int least) {
  detail::change(name, window_name, [&](int&, int& min, int&) { min = least; });
}
inline void setTrackbarMax(const std::string& name, const std::string& window_name, int most) {
  detail::change(name, window_name, [&](int&, int&, int& max) { max = most; });
}

inline void setMouseCallback(const std::string& name, MouseCallback callback, void* userdata = nullptr) {
  const detail::Lock lock(detail::state().mutex);
  detail::Window& window = detail::found(name);
  window.mouse = std::move(callback);
  window.userdata = userdata;
  cv_launch_set_mouse_wanted(window.number, window.mouse ? 1 : 0);
}

// How far the wheel was turned, of the flags of EVENT_MOUSEWHEEL and EVENT_MOUSEHWHEEL: 120 a notch.
inline int getMouseWheelDelta(int flags) {
  return static_cast<std::int16_t>(static_cast<std::uint32_t>(flags) >> 16U);
}

}  // namespace cv_launch

#endif
