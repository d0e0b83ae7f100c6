// SPDX-License-Identifier: LGPL-2.1-or-later
// The program's buttons. Qt has them in a panel of their own; here they are below each of the program's windows.
// Whoever calls this sees to a lock.
#pragma once

#include <string>
#include <vector>

#include "windows/client.h"

namespace windows {

using ButtonCallback = void (*)(int state, void* user);

class Panel {
 public:
  // What the program is to be called with, by whoever holds no lock any more.
  struct Call {
    ButtonCallback callback;
    void* user;
    int state;
  };
  using Calls = std::vector<Call>;

  // `type`: of cv::QtButtonTypes.
  Calls add(const std::string& name, ButtonCallback callback, void* user, int type, bool on);
  // A viewer has.
  Calls press(std::uint32_t number, bool on);
  void say(Client& client, std::uint32_t window) const;
  void clear() { buttons_.clear(); }

 private:
  struct Entry {
    Button button;
    ButtonCallback callback = nullptr;
    void* user = nullptr;
  };
  void switch_others_off(const Button& radio, Calls& calls);

  std::vector<Entry> buttons_;
};

}  // namespace windows
