// SPDX-License-Identifier: LGPL-2.1-or-later
// Where OpenCV finds us: libopencv_highgui_cvlaunch.so, the backend CVLAUNCH. Without cv-launch, whose socket is in
// CV_LAUNCH_WINDOWS, OpenCV goes on with its own windows.
#include <dlfcn.h>
#include <pthread.h>

#include <cstdlib>

#include "backend.h"
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

int get_instance(cv::highgui_backend::UIBackend** instance) {
  const char* const socket = std::getenv("CV_LAUNCH_WINDOWS");
  if (instance == nullptr || socket == nullptr || *socket == '\0') return kFailed;
  if (backend == nullptr) {
    backend = new windows::Backend(socket, windows::program_name(), highgui_mutex);
    pthread_atfork([] { backend->before_fork(); }, [] { backend->after_fork_in_parent(); },
                   [] { backend->after_fork_in_child(); });
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

// A function of the library that called us, or of one that it needs.
template <typename Function>
Function function_of(void* library, const char* name) {
  return library ? reinterpret_cast<Function>(dlsym(library, name)) : nullptr;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const OpencvUiPlugin* opencv_ui_plugin_init_v0(int abi, int api,
                                                                                                 void* /*reserved*/) {
  if (abi != 0 || api != 0) return nullptr;
  Dl_info caller{};
  if (dladdr(__builtin_return_address(0), &caller) == 0) return nullptr;
  void* const highgui = dlopen(caller.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  const auto major = function_of<int (*)()>(highgui, "_ZN2cv15getVersionMajorEv");
  const auto minor = function_of<int (*)()>(highgui, "_ZN2cv15getVersionMinorEv");
  // what a cv::Mat is, differs between them
  if (!major || !minor || major() != CV_VERSION_MAJOR || minor() != CV_VERSION_MINOR) return nullptr;
  const auto mutex = function_of<cv::Mutex& (*)()>(highgui, "_ZN2cv14getWindowMutexEv");
  highgui_mutex = mutex ? &mutex() : nullptr;
  return &plugin;
}
