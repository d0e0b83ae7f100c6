// SPDX-License-Identifier: LGPL-2.1-or-later
// Preloaded into the programs that `cv-launch run` starts, and into all that those start: OpenCV's functions of windows
// that go past its plugins. It needs nothing but libc, and does nothing before one of them is called.
#include "preload.h"

#include <dlfcn.h>

#define CV_LAUNCH_CATCH __attribute__((visibility("default")))
#define CV_LAUNCH_STRING "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"

namespace {

const CvLaunchCalls* taken = nullptr;

const CvLaunchCalls* calls() {
  return __atomic_load_n(&taken, __ATOMIC_ACQUIRE);
}

// OpenCV's own. `caller`: an address in what called us, which may have been opened so that only itself sees its
// libraries.
template <typename Function>
Function own(Function ours, const char* name, const void* caller) {
  Dl_info place{};
  void* const library = dladdr(caller, &place) != 0 ? dlopen(place.dli_fname, RTLD_LAZY | RTLD_NOLOAD) : nullptr;
  void* found = library ? dlsym(library, name) : nullptr;
  if (library) dlclose(library);
  if (!found || reinterpret_cast<Function>(found) == ours) found = dlsym(RTLD_NEXT, name);
  return reinterpret_cast<Function>(found);
}

}  // namespace

extern "C" CV_LAUNCH_CATCH void cv_launch_take_calls_v0(const CvLaunchCalls* calls) {
  __atomic_store_n(&taken, calls, __ATOMIC_RELEASE);
}

namespace cv {

// As highgui.hpp has it.
struct QtFont {
  const char* name;
  Scalar color;
  int style;
  const int *ascii, *greek, *cyrillic;
  float hscale, vscale, shear;
  int weight;
  float spacing;
  int points;
};

using Callback = void (*)(int state, void* user);
using Text = std::string;

CV_LAUNCH_CATCH void resizeWindow(const Text& window, const Size& size);
CV_LAUNCH_CATCH void displayOverlay(const Text& window, const Text& text, int milliseconds);
CV_LAUNCH_CATCH void displayStatusBar(const Text& window, const Text& text, int milliseconds);
CV_LAUNCH_CATCH int createButton(const Text& name, Callback callback, void* user, int type, bool on);
CV_LAUNCH_CATCH void addText(const Mat& picture, const Text& text, Point place, const QtFont& font);
CV_LAUNCH_CATCH void addText(const Mat& picture, const Text& text, Point place, const Text& font, int points,
                             Scalar color, int weight, int style, int spacing);

void resizeWindow(const Text& window, const Size& size) {
  if (calls() && calls()->resize(window, size)) return;
  const auto next =
      own(&resizeWindow, "_ZN2cv12resizeWindowERK" CV_LAUNCH_STRING "RKNS_5Size_IiEE", __builtin_return_address(0));
  if (next) next(window, size);
}

void displayOverlay(const Text& window, const Text& text, int milliseconds) {
  if (calls() && calls()->show_text(window, true, text, milliseconds)) return;
  const auto next =
      own(&displayOverlay, "_ZN2cv14displayOverlayERK" CV_LAUNCH_STRING "S7_i", __builtin_return_address(0));
  if (next) next(window, text, milliseconds);
}

void displayStatusBar(const Text& window, const Text& text, int milliseconds) {
  if (calls() && calls()->show_text(window, false, text, milliseconds)) return;
  const auto next =
      own(&displayStatusBar, "_ZN2cv16displayStatusBarERK" CV_LAUNCH_STRING "S7_i", __builtin_return_address(0));
  if (next) next(window, text, milliseconds);
}

int createButton(const Text& name, Callback callback, void* user, int type, bool on) {
  if (calls() && calls()->create_button(name, callback, user, type, on)) return 1;
  const auto next =
      own(&createButton, "_ZN2cv12createButtonERK" CV_LAUNCH_STRING "PFviPvES8_ib", __builtin_return_address(0));
  return next ? next(name, callback, user, type, on) : 0;
}

void addText(const Mat& picture, const Text& text, Point place, const QtFont& font) {
  if (calls() && calls()->add_text(picture, text, place, font.points, font.color, font.weight)) return;
  const auto ours = static_cast<void (*)(const Mat&, const Text&, Point, const QtFont&)>(&addText);
  const auto next = own(ours, "_ZN2cv7addTextERKNS_3MatERK" CV_LAUNCH_STRING "NS_6Point_IiEERKNS_6QtFontE",
                        __builtin_return_address(0));
  if (next) next(picture, text, place, font);
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): OpenCV has it so
void addText(const Mat& picture, const Text& text, Point place, const Text& font, int points, Scalar color, int weight,
             int style, int spacing) {
  if (calls() && calls()->add_text(picture, text, place, points, color, weight)) return;
  const auto ours =
      static_cast<void (*)(const Mat&, const Text&, Point, const Text&, int, Scalar, int, int, int)>(&addText);
  const auto next = own(ours, "_ZN2cv7addTextERKNS_3MatERK" CV_LAUNCH_STRING "NS_6Point_IiEESA_iNS_7Scalar_IdEEiii",
                        __builtin_return_address(0));
  if (next) next(picture, text, place, font, points, color, weight, style, spacing);
}

}  // namespace cv
