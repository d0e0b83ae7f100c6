// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls that OpenCV does not hand to its plugin. libcv-launch-preload.so catches them, and the plugin, once OpenCV has
// chosen it, says who takes them.
#pragma once

#include <opencv2/core/types.hpp>
#include <string>

namespace cv {
class Mat;
}

extern "C" {

// Each: false: it is OpenCV's own after all.
struct CvLaunchCalls {
  bool (*resize)(const std::string& window, const cv::Size& size);
  bool (*show_text)(const std::string& window, bool over, const std::string& text, int milliseconds);
  bool (*create_button)(const std::string& name, void (*callback)(int state, void* user), void* user, int type,
                        bool on);
  bool (*add_text)(const cv::Mat& picture, const std::string& text, const cv::Point& place, int points,
                   const cv::Scalar& color, int weight);
};

// `calls` lives as long as the process.
using CvLaunchTakeCalls = void (*)(const CvLaunchCalls* calls);
void cv_launch_take_calls_v0(const CvLaunchCalls* calls);

}  // extern "C"
