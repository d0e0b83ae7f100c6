// SPDX-License-Identifier: LGPL-2.1-or-later
// A program in C++ as others write them: window-program [wait|never|many|large|fast|names]. It knows nothing of
// cv-launch.
#include <chrono>
#include <cstdio>
#include <cstring>
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

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::string what = argc > 1 ? argv[1] : "wait";
  if (what == "never") return never();
  if (what == "many") return many();
  if (what == "large") return large();
  if (what == "fast") return fast();
  if (what == "names") return names();
  return wait();
}
