// SPDX-License-Identifier: LGPL-2.1-or-later
// A library that calls itself OpenCV 5, for tests: what does the plugin say to it?
#include <dlfcn.h>

namespace cv {

__attribute__((visibility("default"))) int getVersionMajor();
__attribute__((visibility("default"))) int getVersionMinor();
int getVersionMajor() {
  return 5;
}
int getVersionMinor() {
  return 0;
}

}  // namespace cv

// Whether the plugin at this path takes part; −1: it can't be loaded.
extern "C" __attribute__((visibility("default"))) int takes_part(const char* path, int abi) {
  void* const plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (plugin == nullptr) return -1;
  const auto init = reinterpret_cast<const void* (*)(int, int, void*)>(dlsym(plugin, "opencv_ui_plugin_init_v0"));
  if (init == nullptr) return -1;
  return init(abi, 0, nullptr) != nullptr ? 1 : 0;
}
