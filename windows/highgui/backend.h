// SPDX-License-Identifier: LGPL-2.1-or-later
// All windows of the program. What viewers did is told to the program inside of waitKey and pollKey, in the thread that
// calls them: programs expect nothing else.
#pragma once

#include <chrono>
#include <mutex>
#include <vector>

#include "window.h"

namespace windows {

class Backend : public cv::highgui_backend::UIBackend {
 public:
  // `highgui`: OpenCV's own lock of its windows, which is held when it calls us; null: it is not known.
  Backend(std::string socket, std::string_view program, cv::Mutex* highgui);

  void destroyAllWindows() override;
  std::shared_ptr<cv::highgui_backend::UIWindow> createWindow(const std::string& name, int flags) override;
  int waitKeyEx(int delay) override;
  int pollKey() override;
  const std::string getName() const override { return "CVLAUNCH"; }  // NOLINT(readability-const-return-type)

  // What OpenCV does not hand to its plugins, as Qt's windows do it. False: there is no window, and none of this.
  bool resize(const std::string& name, const cv::Size& size);
  bool show_text(const std::string& name, bool over, const std::string& text, int milliseconds);
  bool create_button(const std::string& name, ButtonCallback callback, void* user, int type, bool on);

  // For pthread_atfork.
  void before_fork();
  void after_fork_in_parent();
  void after_fork_in_child();

 private:
  std::vector<std::shared_ptr<Window>> windows() const;
  // Those that the program has not destroyed.
  std::vector<std::shared_ptr<Window>> active_windows() const;
  bool has_window() const;
  // The program is told of buttons after viewers are.
  void follow(const Panel::Calls& calls);
  // Without an event or an interrupt: the time is over, or, where that is as long as there is a window, none is left.
  Client::Waited wait(int delay, std::chrono::steady_clock::time_point end);
  // The key; −1: it was another event.
  int handle(const Event& event);
  int handle_all();

  Client client_;
  cv::Mutex* const highgui_;
  mutable std::mutex state_;    // of the windows; nothing but client_ is called with it
  Panel panel_;                 // guarded by state_
  mutable std::mutex list_;     // of windows_ and holds_highgui_; before state_, and after highgui_
  bool holds_highgui_ = false;  // the thread that forks
  mutable std::vector<std::weak_ptr<Window>> windows_;
};

}  // namespace windows
