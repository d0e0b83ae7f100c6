// SPDX-License-Identifier: LGPL-2.1-or-later
// Where OpenCV finds us: libopencv_highgui_cvlaunch.so, the backend CVLAUNCH; or, beside its own libraries and by the
// name that one with GTK would have, without being told of us. The socket of cv-launch is in CV_LAUNCH_WINDOWS. Without
// that OpenCV goes on with its own windows where there is a screen, and else we start a cv-launch.
#include <dlfcn.h>
#include <pthread.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "backend.h"
#include "preload.h"
#include "windows/own_launcher.h"
#include "windows/program_name.h"

namespace cv::highgui_backend {

// Here, and not inline: so are their tables.
UIWindowBase::~UIWindowBase() = default;
UIWindow::~UIWindow() = default;
UITrackbar::~UITrackbar() = default;
UIBackend::~UIBackend() = default;

}  // namespace cv::highgui_backend

namespace {

constexpr int kOk = 0;
constexpr int kFailed = -1;

// Never deleted: OpenCV's windows are, at the end of the program, and after all of ours would be.
windows::Backend* backend = nullptr;
cv::Mutex* highgui_mutex = nullptr;
void* highgui = nullptr;  // the library that called us

// A function of OpenCV's highgui, or of a library that it needs.
template <typename Function>
Function function_of_highgui(const char* name) {
  return highgui ? reinterpret_cast<Function>(dlsym(highgui, name)) : nullptr;
}

// As Qt's addText(), which draws on pictures of three bytes a pixel alone; in OpenCV's own font.
bool add_text(const cv::Mat& picture, const std::string& text, const cv::Point& place, int points,
              const cv::Scalar& color, int weight) {
  using PutText = void (*)(const cv::_InputOutputArray&, const std::string&, cv::Point, int font, double scale,
                           cv::Scalar, int thickness, int line, bool from_below);
  constexpr int kUsualPoints = 12;
  constexpr double kScale = 0.044;  // of a point: letters as high as Qt's at 96 dots an inch
  constexpr int kBold = 75;
  constexpr int kSmooth = 16;  // cv::LINE_AA
  const auto put_text = function_of_highgui<PutText>(
      "_ZN2cv7putTextERKNS_17_InputOutputArrayERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEENS_6Point_"
      "IiEEidNS_"
      "7Scalar_IdEEiib");
  if (!put_text) return false;
  if (picture.type() == CV_8UC3)
    put_text(picture, text, place, 0, (points > 0 ? points : kUsualPoints) * kScale, color, weight < kBold ? 1 : 2,
             kSmooth, false);
  return true;
}

const CvLaunchCalls calls{[](const std::string& window, const cv::Size& size) { return backend->resize(window, size); },
                          [](const std::string& window, bool over, const std::string& text, int milliseconds) {
                            return backend->show_text(window, over, text, milliseconds);
                          },
                          [](const std::string& name, windows::ButtonCallback callback, void* user, int type, bool on) {
                            return backend->create_button(name, callback, user, type, on);
                          },
                          add_text};

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

// One that OpenCV's own windows may be on.
bool has_screen() {
  return !variable("DISPLAY").empty() || !variable("WAYLAND_DISPLAY").empty() || !variable("QT_QPA_PLATFORM").empty();
}

bool is_asked_for() {
  return variable("OPENCV_UI_PRIORITY_LIST").find("CVLAUNCH") != std::string_view::npos;
}

// Of a cv-launch that shows windows; "": it is not for us to show them. Throws std::runtime_error.
std::string find_socket() {
  std::string given(variable("CV_LAUNCH_WINDOWS"));
  if (!given.empty() || (has_screen() && !is_asked_for())) return given;
  // never deleted: it ends with the process
  static const auto* const launcher = new windows::OwnLauncher;
  std::fprintf(stderr, "%s\n", launcher->address().c_str());
  return launcher->socket();
}

int get_instance(cv::highgui_backend::UIBackend** instance) {
  if (instance == nullptr) return kFailed;
  if (backend == nullptr) {
    try {
      const std::string socket = find_socket();
      if (socket.empty()) return kFailed;
      backend = new windows::Backend(socket, windows::program_name(), highgui_mutex);
    } catch (const std::exception& wrong) {
      std::fprintf(stderr, "cv-launch: %s\n", wrong.what());
      return kFailed;
    }
    pthread_atfork([] { backend->before_fork(); }, [] { backend->after_fork_in_parent(); },
                   [] { backend->after_fork_in_child(); });
    // where it is preloaded
    const auto take = reinterpret_cast<CvLaunchTakeCalls>(dlsym(RTLD_DEFAULT, "cv_launch_take_calls_v0"));
    if (take) take(&calls);
  }
  *instance = backend;
  return kOk;
}

const OpencvUiPlugin plugin{sizeof(OpencvUiPlugin),
                            0,
                            0,
                            CV_VERSION_MAJOR,
                            CV_VERSION_MINOR,
                            CV_VERSION_REVISION,
                            CV_VERSION_STATUS,
                            "windows in the browser, by cv-launch",
                            get_instance};

}  // namespace

extern "C" __attribute__((visibility("default"))) const OpencvUiPlugin* opencv_ui_plugin_init_v0(int abi, int api,
                                                                                                 void* /*reserved*/) {
  if (abi != 0 || api != 0) return nullptr;
  Dl_info caller{};
  if (dladdr(__builtin_return_address(0), &caller) == 0) return nullptr;
  highgui = dlopen(caller.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  const auto major = function_of_highgui<int (*)()>("_ZN2cv15getVersionMajorEv");
  const auto minor = function_of_highgui<int (*)()>("_ZN2cv15getVersionMinorEv");
  // what a cv::Mat is, differs between them
  if (!major || !minor || major() != CV_VERSION_MAJOR || minor() != CV_VERSION_MINOR) return nullptr;
  const auto mutex = function_of_highgui<cv::Mutex& (*)()>("_ZN2cv14getWindowMutexEv");
  highgui_mutex = mutex ? &mutex() : nullptr;
  return &plugin;
}
