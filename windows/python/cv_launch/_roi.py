# SPDX-License-Identifier: LGPL-2.1-or-later
"""The selection of rectangles with the mouse. It is drawn into a copy of the picture."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Union, overload

import numpy

from ._constants import EVENT_LBUTTONDOWN, EVENT_LBUTTONUP, EVENT_MOUSEMOVE, WND_PROP_VISIBLE
from ._picture import Image
from ._windows import Rect, destroyWindow, getWindowProperty, imshow, setMouseCallback, waitKey

_OWN_WINDOW = "ROI selector"
_ENTER, _ESCAPE, _SPACE = 13, 27, 32
_THICK = 2
_NOTHING = (0, 0, 0, 0)
_LOOK_MS = 100
_NOTICE = "Select a ROI and then press SPACE or ENTER button!\nCancel the selection process by pressing c button!"


@dataclass
class _Selector:
    size: tuple[int, int]  # of the picture
    from_center: bool
    start: Optional[tuple[int, int]] = None  # while the button is held
    box: Rect = _NOTHING
    changed: bool = True

    def on_mouse(self, event: int, x: int, y: int, flags: int, param: Any) -> None:
        if event == EVENT_LBUTTONDOWN:
            self.start = (x, y)
        elif event not in (EVENT_MOUSEMOVE, EVENT_LBUTTONUP) or self.start is None:
            return
        self.box = self._between(self.start, (x, y))
        self.changed = True
        if event == EVENT_LBUTTONUP:
            self.start = None

    def _between(self, start: tuple[int, int], end: tuple[int, int]) -> Rect:
        if self.from_center:
            start, end = (2 * start[0] - end[0], 2 * start[1] - end[1]), end
        (left, right), (top, bottom) = (
            sorted(min(max(value, 0), most) for value in values) for *values, most in zip(start, end, self.size))
        return (left, top, right - left, bottom - top)


def _drawn(img: Image, box: Rect, cross: bool) -> Image:
    """With the box, and lines through its middle, in blue."""
    x, y, width, height = box
    if width == 0 or height == 0:
        return img
    image = numpy.array(img)
    blue = numpy.zeros(image.shape[2:], image.dtype)
    blue[..., :1] = 1 if image.dtype.kind == "f" else numpy.iinfo(image.dtype).max
    for line in (x, x + width - _THICK):
        image[y:y + height, max(line, x):line + _THICK] = blue
    for line in (y, y + height - _THICK):
        image[max(line, y):line + _THICK, x:x + width] = blue
    if cross:
        image[y:y + height, x + width // 2] = blue
        image[y + height // 2, x:x + width] = blue
    return image


def _select(window: str, img: Image, cross: bool, from_center: bool) -> tuple[Rect, int]:
    """The rectangle, and the key that ended it: -1: the window was closed."""
    selector = _Selector((img.shape[1], img.shape[0]), from_center)
    key = -1
    imshow(window, img)
    setMouseCallback(window, selector.on_mouse)
    try:
        while key not in (_SPACE, _ENTER, _ESCAPE):
            if selector.changed:
                selector.changed = False
                imshow(window, _drawn(img, selector.box, cross))
            key = waitKey(_LOOK_MS)
            closed = getWindowProperty(window, WND_PROP_VISIBLE) < 1
            if closed or key in (ord("c"), ord("C")):
                return _NOTHING, key
    finally:
        if getWindowProperty(window, WND_PROP_VISIBLE) >= 0:
            setMouseCallback(window, None)
    return selector.box, key


@overload
def selectROI(windowName: str, img: Image, showCrosshair: bool = ..., fromCenter: bool = ..., printNotice: bool = ...) -> Rect: ...
@overload
def selectROI(img: Image, showCrosshair: bool = ..., fromCenter: bool = ..., printNotice: bool = ...) -> Rect: ...


def selectROI(*args: Any, **kwargs: Any) -> Rect:
    """selectROI(windowName, img, showCrosshair=True, fromCenter=False, printNotice=True), or without a window's name: then it
    has one of its own.

    x, y, width, height of the rectangle that somebody draws with the mouse, and ends with Space or Enter; all are 0 where it
    was cancelled with the key C, or the window was closed.
    """
    if (args and isinstance(args[0], str)) or "windowName" in kwargs:
        return _select_roi(*args, **kwargs)
    box = _select_roi(_OWN_WINDOW, *args, **kwargs)
    destroyWindow(_OWN_WINDOW)
    return box


def _select_roi(windowName: str, img: Image, showCrosshair: bool = True, fromCenter: bool = False, printNotice: bool = True) -> Rect:
    if printNotice:
        print(_NOTICE, flush=True)
    return _select(windowName, numpy.asarray(img), showCrosshair, fromCenter)[0]


def selectROIs(windowName: str, img: Image, showCrosshair: bool = True, fromCenter: bool = False,
               printNotice: bool = True) -> Union[Image, tuple[()]]:
    """One rectangle after the other, until Escape, as rows of x, y, width, height; () where there is none."""
    if printNotice:
        print(_NOTICE + "\nFinish the selection process by pressing ESC button!", flush=True)
    boxes: list[Rect] = []
    while True:
        box, key = _select(windowName, numpy.asarray(img), showCrosshair, fromCenter)
        if key in (_ESCAPE, -1):
            return numpy.array(boxes, numpy.int32) if boxes else ()
        if box[2] > 0 and box[3] > 0:
            boxes.append(box)
