// SPDX-License-Identifier: LGPL-2.1-or-later
// What OpenCV asks of a library that its windows come from: the classes' virtual functions, in this order, and one
// entry. Its own headers of this are private (modules/highgui/src/backend.hpp and plugin_api.hpp); this is the same
// for 4.6 to 4.10, except that 4.6 does not know getName().
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>

namespace cv::highgui_backend {

using MouseCallback = void (*)(int event, int x, int y, int flags, void* user);
using TrackbarCallback = void (*)(int position, void* user);

class UIWindowBase {
 public:
  virtual ~UIWindowBase();
  virtual const std::string& getID() const = 0;
  virtual bool isActive() const = 0;
  virtual void destroy() = 0;
};

class UITrackbar;

class UIWindow : public UIWindowBase {
 public:
  ~UIWindow() override;
  virtual void imshow(InputArray image) = 0;
  virtual double getProperty(int property) const = 0;
  virtual bool setProperty(int property, double value) = 0;
  virtual void resize(int width, int height) = 0;
  virtual void move(int x, int y) = 0;
  virtual Rect getImageRect() const = 0;
  virtual void setTitle(const std::string& title) = 0;
  virtual void setMouseCallback(MouseCallback callback, void* user) = 0;
  virtual std::shared_ptr<UITrackbar> createTrackbar(const std::string& name, int count, TrackbarCallback callback,
                                                     void* user) = 0;
  virtual std::shared_ptr<UITrackbar> findTrackbar(const std::string& name) = 0;
};

class UITrackbar : public UIWindowBase {
 public:
  ~UITrackbar() override;
  virtual int getPos() const = 0;
  virtual void setPos(int position) = 0;
  virtual Range getRange() const = 0;
  virtual void setRange(const Range& range) = 0;
};

class UIBackend {
 public:
  virtual ~UIBackend();
  virtual void destroyAllWindows() = 0;
  virtual std::shared_ptr<UIWindow> createWindow(const std::string& name, int flags) = 0;
  virtual int waitKeyEx(int delay) = 0;
  virtual int pollKey() = 0;
  virtual const std::string getName() const = 0;  // NOLINT(readability-const-return-type): it is OpenCV's
};

}  // namespace cv::highgui_backend

extern "C" {

struct OpencvUiPlugin {
  std::size_t size;
  unsigned min_api, api;
  unsigned opencv_major, opencv_minor, opencv_patch;
  const char* opencv_status;
  const char* description;
  int (*get_instance)(cv::highgui_backend::UIBackend** instance);
};

}  // extern "C"
