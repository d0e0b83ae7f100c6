# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program's buttons. Qt has them in a panel of their own; here they are below each of the program's windows."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Optional

from . import _library
from ._constants import QT_CHECKBOX, QT_NEW_BUTTONBAR, QT_PUSH_BUTTON, QT_RADIOBOX

OnButton = Optional[Callable[[int, Any], object]]
Calls = list[tuple[OnButton, int, Any]]
"""What the program is to be called with, by whoever holds no lock any more."""


@dataclass
class _Button:
    name: str
    kind: int
    bar: int
    on: bool
    on_change: OnButton
    user_data: Any


class Panel:
    """Whoever calls this sees to a lock. As windows/highgui/panel.h has it."""

    def __init__(self) -> None:
        self._buttons: list[_Button] = []

    def add(self, name: str, on_change: OnButton, user_data: Any, button_type: int, on: bool) -> Calls:
        kind = button_type & ~QT_NEW_BUTTONBAR
        if kind not in (QT_PUSH_BUTTON, QT_CHECKBOX, QT_RADIOBOX):
            return []
        last = self._buttons[-1].bar if self._buttons else 0
        bar = last + 1 if self._buttons and button_type & QT_NEW_BUTTONBAR else last
        before = sum(button.bar == bar for button in self._buttons)
        button = _Button(name or f"button {before}", kind, bar, on and kind != QT_PUSH_BUTTON, on_change, user_data)
        calls: Calls = []
        if button.on:
            calls = [(on_change, 1, user_data), *self._switch_others_off(button)]
        self._buttons.append(button)
        return calls

    def press(self, number: int, on: bool) -> Calls:
        """A viewer has."""
        if number > len(self._buttons):
            return []
        button = self._buttons[number - 1]
        if button.kind == QT_PUSH_BUTTON:
            return [(button.on_change, 0, button.user_data)]
        # of radio buttons one is switched off by another one
        if button.on == on or button.kind == QT_RADIOBOX and not on:
            return []
        calls = self._switch_others_off(button)
        button.on = on
        return [*calls, (button.on_change, int(on), button.user_data)]

    def say(self, window: int) -> None:
        for identity, button in enumerate(self._buttons, 1):
            _library.set_button(window, identity, button.name, button.kind, button.bar, button.on)

    def clear(self) -> None:
        self._buttons.clear()

    def _switch_others_off(self, radio: _Button) -> Calls:
        if radio.kind != QT_RADIOBOX:
            return []
        others = [one for one in self._buttons if one.kind == QT_RADIOBOX and one.bar == radio.bar and one.on]
        for one in others:
            one.on = False
        return [(one.on_change, 0, one.user_data) for one in others]
