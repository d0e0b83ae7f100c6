// SPDX-License-Identifier: LGPL-2.1-or-later
// A program of somebody's with cv-launch/imshow.hpp. What was shown, pressed and moved it prints.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cv-launch/imshow.hpp>
#include <iostream>
#include <limits>
#include <thread>
#include <vector>

namespace {

constexpr int kSide = 8;

void show_all(const std::vector<unsigned char>& pixels) {
  const cv_launch::Picture picture{pixels.data(), kSide, kSide};
  cv_launch::imshow("nothing is said", picture);
  cv_launch::imshow("none", picture, {});
  cv_launch::imshow("objects", picture, {{1, 2, 3.5, 4, "a \"cup\"", 0.9}});
  cv_launch::Object person;
  person.label = "person";
  person.track = 7;
  person.polygon = {{1, 1}, {5, 1}, {3, 6.25}};
  person.more = R"("lane":"left")";
  cv_launch::Object wrong;
  wrong.x = std::numeric_limits<double>::quiet_NaN();
  cv_launch::Object ball;
  ball.circle = cv_launch::Circle{4, 4, 2};
  cv_launch::imshow("several", picture, {person, wrong, ball});
#ifdef CV_LAUNCH_HAS_OPENCV
  cv_launch::imshow("mat", cv::Mat(2, 3, CV_8UC3, cv::Scalar(1, 2, 3)), {{0, 0, 1, 1}});
#endif
}

// While another thread shows pictures. How many children have shown one too.
int fork_all(const cv_launch::Picture& picture) {
  constexpr int kChildren = 50;
  std::atomic<bool> ends = false;
  std::thread showing([&] {
    while (!ends) cv_launch::imshow("parent", picture);
  });
  int good = 0;
  for (int i = 0; i < kChildren; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      cv_launch::imshow("child", picture);
      cv_launch::waitKey(1);
      _exit(0);
    }
    int status = 1;
    if (waitpid(child, &status, 0) == child && status == 0) ++good;
  }
  ends = true;
  showing.join();
  return good;
}

}  // namespace

int main() {
  const std::vector<unsigned char> pixels(kSide * kSide * 3, 40);
  show_all(pixels);
  int level = 3;
  cv_launch::createTrackbar("level", "none", &level, 10,
                            [](int position, void*) { std::cout << "level " << position << std::endl; });
  cv_launch::setMouseCallback("none", [&](int event, int x, int y, int flags, void*) {
    std::cout << "mouse " << event << ' ' << x << ' ' << y << ' ' << cv_launch::getMouseWheelDelta(flags) << std::endl;
  });
  cv_launch::displayOverlay("none", "saved", 60000);
  cv_launch::displayStatusBar("none", "busy");
  const int key = cv_launch::waitKey(0);
  std::cout << "key " << key << ", level " << level << std::endl;
  while (cv_launch::isVisible("none")) cv_launch::waitKey(20);
  cv_launch::imshow("none", {pixels.data(), kSide, kSide});
  std::cout << "closed, " << cv_launch::isVisible("none") << cv_launch::isVisible("unknown") << ", level "
            << cv_launch::getTrackbarPos("level", "none") << cv_launch::getTrackbarPos("unknown", "none") << std::endl;
  try {
    cv_launch::imshow("none", cv_launch::Picture{});
  } catch (const std::runtime_error& error) {
    std::cout << error.what() << std::endl;
  }
  std::cout << "children " << fork_all({pixels.data(), kSide, kSide}) << std::endl;
  cv_launch::destroyAllWindows();
  std::cout << "without windows " << cv_launch::waitKey(0) << std::endl;
}
