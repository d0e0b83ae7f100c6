# SPDX-License-Identifier: LGPL-2.1-or-later
"""A window as the program sees it, and what viewers are told of that."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from . import _library
from ._panel import Panel
from ._picture import DEPTHS, Image

OnMouse = Callable[[int, int, int, int, Any], object]
OnChange = Callable[[int], object]


@dataclass
class Trackbar:
    identity: int
    name: str
    most: int
    on_change: Optional[OnChange]
    least: int = 0
    value: int = 0


@dataclass
class Window:
    """One that a viewer closed stays, as the program sees it, and the next picture brings it back."""

    name: str
    flags: int
    panel: Panel
    number: int = 0  # 0: viewers have closed it
    title: Optional[str] = None
    trackbars: dict[str, Trackbar] = field(default_factory=dict)
    on_mouse: Optional[OnMouse] = None
    mouse_param: Any = None
    full_screen: bool = False
    place: tuple[int, int] = (0, 0)
    resized: Optional[tuple[int, int]] = None
    shown: Optional[tuple[int, int]] = None

    def open(self) -> None:
        if self.number:
            return
        self.number = _library.open_window(self.name)
        if self.title is not None:
            _library.set_title(self.number, self.title)
        for trackbar in self.trackbars.values():
            self.say(trackbar)
        self.panel.say(self.number)
        _library.set_mouse_wanted(self.number, self.on_mouse is not None)

    def show(self, image: Image, channels: int, objects: Optional[bytes]) -> None:
        self.open()
        height, width = image.shape[:2]
        self.shown = (width, height)
        _library.show(self.number, image.ctypes.data, self.shown, image.strides[0], DEPTHS[image.dtype], channels, objects)

    def close(self) -> None:
        _library.close_window(self.number)
        self.number = 0

    def say(self, trackbar: Trackbar) -> None:
        _library.set_trackbar(self.number, trackbar.identity, trackbar.name, trackbar.least, trackbar.most, trackbar.value)
