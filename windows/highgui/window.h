// SPDX-License-Identifier: LGPL-2.1-or-later
// One of the program's windows, and its trackbars. Those of a window that a viewer closed stay, as the program sees it,
// and the next picture brings it back.
#pragma once

#include <mutex>
#include <vector>

#include "opencv_ui.h"
#include "panel.h"
#include "windows/client.h"

namespace windows {

class Window;

class WindowTrackbar : public cv::highgui_backend::UITrackbar {
 public:
  // Without a window: what a program gets that asks for a trackbar that is not there.
  WindowTrackbar() = default;
  WindowTrackbar(std::weak_ptr<Window> window, const std::string& window_name, const std::string& name);

  const std::string& getID() const override { return id_; }
  bool isActive() const override;
  void destroy() override {}
  int getPos() const override;
  void setPos(int position) override;
  cv::Range getRange() const override;
  void setRange(const cv::Range& range) override;

 private:
  friend Window;
  // Calls the program back where it is another position than before.
  void set(const cv::Range& range, int position);

  std::weak_ptr<Window> window_;
  std::string id_ = "no trackbar";
  std::string name_;
  cv::Range range_{0, 0};
  int position_ = -1;
  cv::highgui_backend::TrackbarCallback callback_ = nullptr;
  void* user_ = nullptr;
};

class Window : public cv::highgui_backend::UIWindow, public std::enable_shared_from_this<Window> {
 public:
  // `state` guards the windows' own state, and the panel's; the program is not called back with it.
  Window(Client& client, std::mutex& state, const Panel& panel, const std::string& name, int flags);

  const std::string& getID() const override { return name_; }
  bool isActive() const override;
  void destroy() override;
  void imshow(cv::InputArray image) override;
  double getProperty(int property) const override;
  bool setProperty(int property, double value) override;
  void resize(int width, int height) override;
  void move(int x, int y) override;
  cv::Rect getImageRect() const override;
  void setTitle(const std::string& title) override;
  void setMouseCallback(cv::highgui_backend::MouseCallback callback, void* user) override;
  std::shared_ptr<cv::highgui_backend::UITrackbar> createTrackbar(const std::string& name, int count,
                                                                  cv::highgui_backend::TrackbarCallback callback,
                                                                  void* user) override;
  std::shared_ptr<cv::highgui_backend::UITrackbar> findTrackbar(const std::string& name) override;

  // Its number as the client has it; 0: viewers have closed it.
  std::uint32_t number() const;
  void show_text(bool over, const std::string& text, std::chrono::milliseconds limit);
  // How the panel's buttons are now.
  void say_buttons() const;
  // What viewers did.
  void close();
  void handle(const MouseEvent& event);
  void handle(const MoveTrackbar& event);

 private:
  friend WindowTrackbar;
  std::uint32_t open();
  void say(const WindowTrackbar& trackbar, std::uint32_t number);

  Client& client_;
  std::mutex& state_;
  const Panel& panel_;
  const std::string name_;
  bool there_ = true;
  std::uint32_t number_;
  int flags_;
  bool full_screen_ = false;
  cv::Point place_;
  cv::Size image_;
  cv::Size resized_;
  std::optional<std::string> title_;
  cv::highgui_backend::MouseCallback mouse_ = nullptr;
  void* mouse_user_ = nullptr;
  std::vector<std::shared_ptr<WindowTrackbar>> trackbars_;
};

}  // namespace windows
