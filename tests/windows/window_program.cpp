// SPDX-License-Identifier: LGPL-2.1-or-later
// A program in C++ as others write them: window-program [wait|never|many|large|fast|names|more]. It knows nothing of
// cv-launch.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <opencv2/core.hpp>
#include <opencv2/highgui.hpp>

namespace {

int level = 3;
int clicks = 0;

void on_level(int value, void* user) {
  std::printf("%s %d\n", static_cast<const char*>(user), value);
}

void on_mouse(int event, int x, int y, int flags, void* /*user*/) {
  if (event == cv::EVENT_MOUSEWHEEL) std::printf("wheel %d\n", cv::getMouseWheelDelta(flags));
  if (event == cv::EVENT_LBUTTONDOWN) std::printf("click %d at %d,%d\n", ++clicks, x, y);
}

int wait() {
  cv::namedWindow("w", cv::WINDOW_NORMAL);
  cv::createTrackbar("level", "w", &level, 10, on_level, const_cast<char*>("level"));
  cv::setMouseCallback("w", on_mouse);
  cv::imshow("w", cv::Mat(4, 4, CV_8UC3, cv::Scalar(1, 2, 3)));
  const int key = cv::waitKey();
  std::printf("level is %d\n", level);
  return key;
}

int never() {
  for (int i = 0; i <= 200; ++i) cv::imshow("w", cv::Mat(2, 2, CV_8UC1, cv::Scalar(i)));
  return 0;
}

int many() {
  for (int i = 0; i < 300; ++i) cv::imshow(std::to_string(i), cv::Mat(1 + i, 1 + 2 * i, CV_8UC1, cv::Scalar(i % 256)));
  return cv::waitKey();
}

int large() {
  for (const int size : {1, 8192, 3, 333}) cv::imshow("w", cv::Mat(size, size, CV_8UC3, cv::Scalar(1, 2, size % 256)));
  cv::imshow("wide", cv::Mat(1, 100000, CV_8UC1, cv::Scalar(9)));
  return cv::waitKey();
}

int fast() {
  cv::Mat picture(480, 640, CV_8UC3, cv::Scalar::all(1));
  for (int i = 1; i <= 4000; ++i) {
    picture.at<cv::Vec3b>(0, 0) = cv::Vec3b::all(static_cast<unsigned char>(i == 4000 ? 7 : 0));
    cv::imshow("w", picture);
    cv::pollKey();
  }
  return cv::waitKey();
}

int names() {
  for (const std::string& name :
       {std::string(10000, 'n'), std::string("a/b/../c"), std::string("\xff\xfe"), std::string(" ")})
    cv::imshow(name, cv::Mat(2, 2, CV_8UC1, cv::Scalar(1)));
  return cv::waitKey();
}

void on_button(int state, void* user) {
  std::printf("%s %d\n", static_cast<const char*>(user), state);
}

void button(const char* name, int type, bool on) {
  cv::createButton(name, on_button, const_cast<char*>(name), type, on);
}

void refused(const char* what, const std::function<void()>& call) {
  try {
    call();
    std::printf("%s\n", what);
  } catch (const cv::Exception& error) {
    std::printf("%s: %d\n", what, error.code);
  }
}

// What OpenCV hands to no plugin.
int more() {
  refused("no window", [] { cv::displayOverlay("w", "text"); });
  cv::namedWindow("w", cv::WINDOW_NORMAL);
  cv::resizeWindow("w", cv::Size(320, 240));
  std::printf("%d x %d\n", cv::getWindowImageRect("w").width, cv::getWindowImageRect("w").height);
  cv::displayOverlay("w", "over\nit");
  cv::displayStatusBar("w", "below", 60000);
  cv::displayStatusBar("none", "nowhere");
  cv::resizeWindow("none", cv::Size(1, 1));
  button("push", cv::QT_PUSH_BUTTON, true);
  button("check", cv::QT_CHECKBOX, true);
  button("one", cv::QT_RADIOBOX, true);
  button("two", cv::QT_RADIOBOX, true);
  button("three", cv::QT_RADIOBOX | cv::QT_NEW_BUTTONBAR, true);
  button("", cv::QT_CHECKBOX, false);
  button("none", 77, true);
  cv::Mat picture(40, 200, CV_8UC3, cv::Scalar::all(0));
  cv::addText(picture, "text", cv::Point(5, 30), "Times", 20, cv::Scalar(0, 200, 0));
  double most[3]{};
  for (int i = 0; i < 3; ++i) {
    cv::Mat channel;
    cv::extractChannel(picture, channel, i);
    cv::minMaxLoc(channel, nullptr, &most[i]);
  }
  std::printf("text %g %g %g\n", most[0], most[1], most[2]);
  cv::Mat other(40, 200, CV_8UC3, cv::Scalar::all(0));
  cv::addText(other, "text", cv::Point(5, 30), cv::fontQt("Times", 20, cv::Scalar(0, 200, 0)));
  std::printf("the same %d\n", cv::norm(picture, other) == 0 ? 1 : 0);
  cv::imshow("w", picture);
  cv::imshow("later", picture);
  const int key = cv::waitKey();
  cv::destroyAllWindows();
  refused("no window any more", [] { button("late", cv::QT_PUSH_BUTTON, false); });
  cv::namedWindow("next");
  cv::waitKey();
  return key;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::string what = argc > 1 ? argv[1] : "wait";
  if (what == "never") return never();
  if (what == "many") return many();
  if (what == "large") return large();
  if (what == "fast") return fast();
  if (what == "names") return names();
  if (what == "more") return more();
  return wait();
}
