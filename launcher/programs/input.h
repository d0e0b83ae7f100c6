// SPDX-License-Identifier: LGPL-2.1-or-later
// What a viewer does in a window, in OpenCV's numbers. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/protocol.h"
#include "windows/messages.h"

// As waitKeyEx() gives it: what the key types, or the keysym that X11 has for it (Debian's OpenCV, by Qt or GTK).
// "key": KeyboardEvent.key. Nothing: a key that types nothing and has no code there, or is none.
std::optional<int> key_code(std::string_view key);

// What setMouseCallback()'s function is called with. A wheel that turns both ways is two events.
std::vector<windows::MouseEvent> mouse_events(const protocol::MouseInput& input, std::uint32_t window);
