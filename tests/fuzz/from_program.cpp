// SPDX-License-Identifier: LGPL-2.1-or-later
// What a program says about its windows.
#include "must.h"
#include "windows/messages.h"
#include "windows/picture_memory.h"

namespace {

void must_be_short(const std::string& name) {
  must(name.size() <= windows::kMaxName, "names are short");
}

struct Check {
  void operator()(const windows::Program& program) const { must(program.pid > 0, "a process has a number"); }
  void operator()(const windows::NewWindow& window) const { must_be_short(window.name); }
  void operator()(const windows::Title& title) const { must_be_short(title.title); }
  void operator()(const windows::Memory& memory) const { must(memory.slot <= windows::kMaxSlot, "a slot has a limit"); }
  void operator()(const windows::PictureReady& picture) const { must(picture.window > 0, "windows count from 1"); }
  void operator()(const windows::Trackbar& trackbar) const { must_be_short(trackbar.name); }
  void operator()(const windows::ShownText& text) const {
    must(text.text.size() <= windows::kMaxText && text.milliseconds >= 0, "texts are short, and of some time");
  }
  void operator()(const windows::Button& button) const {
    must_be_short(button.name);
    must(button.button > 0 && static_cast<int>(button.kind) <= 2, "buttons count from 1, and are of three kinds");
  }
  void operator()(const windows::Mouse& mouse) const { must(mouse.window > 0, "windows count from 1"); }
  void operator()(const windows::Close& close) const { must(close.window > 0, "windows count from 1"); }
  void operator()(const windows::Error& error) const {
    must(!error.message.empty() && error.message.size() < windows::kMaxMessage, "an error says what was wrong");
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const char* data, std::size_t size) {
  std::visit(Check(), windows::parse_from_program({data, size}));
  must(windows::shown_name({data, size}).size() <= windows::kMaxName, "a shown name is short");
  return 0;
}
