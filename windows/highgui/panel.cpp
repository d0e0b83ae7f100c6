// SPDX-License-Identifier: LGPL-2.1-or-later
#include "panel.h"

#include <algorithm>

namespace windows {
namespace {

// cv::QtButtonTypes, which is highgui's
constexpr int kNewBar = 1024;
constexpr int kLastType = static_cast<int>(ButtonKind::kRadio);

// What Qt calls the program with.
constexpr int kPushed = 0;

}  // namespace

Panel::Calls Panel::add(const std::string& name, ButtonCallback callback, void* user, int type, bool on) {
  const int kind = type & ~kNewBar;
  if (kind < 0 || kind > kLastType) return {};
  const std::uint32_t last = buttons_.empty() ? 0 : buttons_.back().button.bar;
  const std::uint32_t bar = (type & kNewBar) != 0 && !buttons_.empty() ? last + 1 : last;
  const auto before =
      std::count_if(buttons_.begin(), buttons_.end(), [&](const Entry& one) { return one.button.bar == bar; });
  Button button{.button = static_cast<std::uint32_t>(buttons_.size()) + 1,
                .name = name.empty() ? "button " + std::to_string(before) : name,
                .kind = static_cast<ButtonKind>(kind),
                .bar = bar,
                .on = on && kind != static_cast<int>(ButtonKind::kPush)};
  Calls calls;
  if (button.on) {
    calls.push_back({callback, user, 1});
    if (button.kind == ButtonKind::kRadio) switch_others_off(button, calls);
  }
  buttons_.push_back({std::move(button), callback, user});
  return calls;
}

Panel::Calls Panel::press(std::uint32_t number, bool on) {
  if (number == 0 || number > buttons_.size()) return {};
  auto& [button, callback, user] = buttons_[number - 1];
  if (button.kind == ButtonKind::kPush) return {{callback, user, kPushed}};
  // of radio buttons one is switched off by another one
  if (button.on == on || (button.kind == ButtonKind::kRadio && !on)) return {};
  Calls calls;
  if (button.kind == ButtonKind::kRadio) switch_others_off(button, calls);
  button.on = on;
  calls.push_back({callback, user, on ? 1 : 0});
  return calls;
}

void Panel::switch_others_off(const Button& radio, Calls& calls) {
  for (auto& [button, callback, user] : buttons_) {
    if (button.bar != radio.bar || button.kind != ButtonKind::kRadio || !button.on) continue;
    button.on = false;
    calls.push_back({callback, user, 0});
  }
}

void Panel::say(Client& client, std::uint32_t window) const {
  for (const auto& entry : buttons_) {
    Button button = entry.button;
    button.window = window;
    client.set_button(std::move(button));
  }
}

}  // namespace windows
