# SPDX-License-Identifier: LGPL-2.1-or-later
"""OpenCV's functions of windows, over the library. Their names and arguments are OpenCV's."""
from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional, Union, overload

from . import _library
from ._constants import (
    QT_PUSH_BUTTON, WINDOW_AUTOSIZE, WINDOW_FREERATIO, WND_PROP_ASPECT_RATIO, WND_PROP_AUTOSIZE, WND_PROP_FULLSCREEN, WND_PROP_OPENGL,
    WND_PROP_VISIBLE)
from ._errors import failure
from ._objects import Objects, objects_text
from ._panel import Calls, OnButton, Panel
from ._picture import Image, checked
from ._window import OnChange, OnMouse, Trackbar, Window

Rect = tuple[int, int, int, int]

_NO_KEY = -1
_LOOK_MS = 100  # other threads may close the last window meanwhile
_MOST_AT_ONCE = 1000  # events: a program that is slower than a viewer's hand would not come back
_SIZE_WITHOUT_PICTURE = (400, 300)  # of Qt's windows

_windows: dict[str, Window] = {}
_panel = Panel()
_lock = threading.RLock()  # guards the windows and buttons; not held while waiting, nor by callbacks
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


def _window(name: str) -> Window:
    try:
        return _windows[name]
    except KeyError:
        raise failure(f"there is no window {name!r}") from None


def namedWindow(winname: str, flags: int = WINDOW_AUTOSIZE) -> None:
    """Makes a window, if there is none of this name. Raises error where no cv-launch can be started."""
    with _lock:
        if winname in _windows:
            return
        window = Window(winname, flags, _panel)
        window.open()
        _windows[winname] = window


def imshow(winname: str, mat: Image, objects: Optional[Objects] = None) -> None:
    """Shows a picture in a window, which is made if it is not there.

    mat: a numpy array as in Image, or a cv2.UMat. A copy is shown: it may change at once.
    objects: what was found in this picture, as of cv_model: a list of dicts, one for each object. [] says that there is
        nothing in it, None says nothing. An object with a number that is infinite or none (NaN) is left out, and named on
        stderr.

    Raises error for what is no picture, TypeError for objects that are not as in Objects or have values that JSON has not,
    and ValueError for more than 1 MiB of them.
    """
    image, channels = checked(mat)
    found = objects_text(objects)
    with _lock:
        namedWindow(winname)
        _windows[winname].show(image, channels, found)


def waitKeyEx(delay: int = 0) -> int:
    """Waits for a key in any window, for so many milliseconds at most; 0: as long as there is a window.

    Meanwhile the functions that setMouseCallback() and createTrackbar() were given are called, in this thread. Returns the
    key: what it types (above 255 with 0x1000000 added) or its X11 keysym; -1: none.
    """
    end = time.monotonic() + delay / 1000
    while True:
        left = math.ceil((end - time.monotonic()) * 1000)
        if delay > 0 and left <= 0:
            return pollKey()
        if delay <= 0 and not any(window.number for window in list(_windows.values())):
            return _NO_KEY
        event = _library.wait(min(left, _LOOK_MS) if delay > 0 else _LOOK_MS)
        key = _handle(event) if event else _NO_KEY
        if key != _NO_KEY:
            return key


def waitKey(delay: int = 0) -> int:
    """As waitKeyEx(), but only the lowest 8 bits of the key."""
    key = waitKeyEx(delay)
    return key if key == _NO_KEY else key & 0xFF


def pollKey() -> int:
    """As waitKeyEx(), without waiting."""
    for _ in range(_MOST_AT_ONCE):
        event = _library.wait(0)
        key = _handle(event) if event else _NO_KEY
        if not event or key != _NO_KEY:
            return key
    return _NO_KEY


def _handle(event: _library.Event) -> int:
    if event.type == _library.KEY:
        return event.code
    if event.type == _library.BUTTON:
        with _lock:
            calls = _panel.press(event.code, bool(event.flags))
        _follow(calls)
        return _NO_KEY
    with _lock:
        window = next((one for one in list(_windows.values()) if one.number == event.window), None)
        if not window:
            return _NO_KEY
        if event.type == _library.CLOSED:
            window.close()
        on_mouse, param = window.on_mouse, window.mouse_param
        trackbar = next((one for one in window.trackbars.values() if one.identity == event.trackbar), None)
    if event.type == _library.MOUSE and on_mouse:
        on_mouse(event.code, event.x, event.y, event.flags, param)
    if event.type == _library.TRACKBAR and trackbar:
        _move(window, trackbar, value=event.code)
    return _NO_KEY


def destroyWindow(winname: str) -> None:
    """Raises error where there is no such window."""
    with _lock:
        _window(winname).close()
        del _windows[winname]
        if not _windows:
            _panel.clear()


def destroyAllWindows() -> None:
    with _lock:
        while _windows:
            _windows.pop(next(iter(_windows))).close()
        _panel.clear()


def replace(name: str) -> Window:
    """A new window. One that has its name is closed."""
    with _lock:
        if name in _windows:
            destroyWindow(name)
        namedWindow(name)
        return _windows[name]


@contextmanager
def held(window: Window) -> Iterator[None]:
    """Meanwhile it is the one of its name. Raises error where it is no more."""
    with _lock:
        if _windows.get(window.name) is not window:
            raise failure(f"the window {window.name!r} has been closed, or another one has its name")
        yield


def end(window: Window) -> None:
    """If another one has its name already, nothing happens. May be called in the middle of any function here, by the
    garbage collector."""
    with _lock:
        if _windows.get(window.name) is window:
            destroyWindow(window.name)


def createTrackbar(trackbarName: str, windowName: str, value: int, count: int, onChange: Optional[OnChange] = None) -> None:
    """A slider from 0 to count. onChange(position) is called when it moves: by a viewer, inside of waitKey() and pollKey();
    by the program, at once, also here where value is not 0.
    """
    if onChange is not None and not callable(onChange):
        raise TypeError("onChange must be callable")
    with _lock:
        window = _window(windowName)
        trackbar = window.trackbars.get(trackbarName)
        if trackbar is None:
            trackbar = window.trackbars[trackbarName] = Trackbar(len(window.trackbars) + 1, trackbarName, count, onChange)
        trackbar.on_change = onChange
        trackbar.least, trackbar.most = 0, max(count, 0)
        trackbar.value = min(trackbar.value, trackbar.most)
    _move(window, trackbar, value=value)


def _move(window: Window, trackbar: Trackbar, value: Optional[int] = None, least: Optional[int] = None, most: Optional[int] = None) -> None:
    with _lock:
        before = trackbar.value
        trackbar.least = trackbar.least if least is None else least
        trackbar.most = max(trackbar.least, trackbar.most if most is None else most)
        trackbar.value = min(max(before if value is None else value, trackbar.least), trackbar.most)
        window.say(trackbar)
        moved, on_change = trackbar.value, trackbar.on_change
    if on_change and moved != before:
        on_change(moved)


def _trackbar(trackbar_name: str, window_name: str) -> tuple[Window, Trackbar]:
    window = _window(window_name)
    if trackbar_name not in window.trackbars:
        raise failure(f"the window {window_name!r} has no trackbar {trackbar_name!r}")
    return window, window.trackbars[trackbar_name]


def getTrackbarPos(trackbarname: str, winname: str) -> int:
    """-1: there is no such trackbar."""
    with _lock:
        window = _windows.get(winname)
        trackbar = window.trackbars.get(trackbarname) if window else None
        return trackbar.value if trackbar else -1


def setTrackbarPos(trackbarname: str, winname: str, pos: int) -> None:
    with _lock:
        window, trackbar = _trackbar(trackbarname, winname)
    _move(window, trackbar, value=pos)


def setTrackbarMin(trackbarname: str, winname: str, minval: int) -> None:
    with _lock:
        window, trackbar = _trackbar(trackbarname, winname)
    _move(window, trackbar, least=minval)


def setTrackbarMax(trackbarname: str, winname: str, maxval: int) -> None:
    with _lock:
        window, trackbar = _trackbar(trackbarname, winname)
    _move(window, trackbar, most=maxval)


def setMouseCallback(windowName: str, onMouse: Optional[OnMouse], param: Any = None) -> None:
    """onMouse(event, x, y, flags, param) is called inside of waitKey() and pollKey(); None: no more."""
    if onMouse is not None and not callable(onMouse):
        raise TypeError("onMouse must be callable")
    with _lock:
        window = _window(windowName)
        window.on_mouse, window.mouse_param = onMouse, param
        _library.set_mouse_wanted(window.number, onMouse is not None)


def getMouseWheelDelta(flags: int) -> int:
    """How far the wheel was turned, of the flags of EVENT_MOUSEWHEEL and EVENT_MOUSEHWHEEL: 120 a notch."""
    delta = (flags >> 16) & 0xFFFF
    return delta - 0x10000 if delta & 0x8000 else delta


def setWindowTitle(winname: str, title: str) -> None:
    with _lock:
        window = _window(winname)
        window.title = title
        _library.set_title(window.number, title)


def displayOverlay(winname: str, text: str, delayms: int = 0) -> None:
    """The text stands over the picture, for so many milliseconds; 0: until there is another one."""
    with _lock:
        _library.show_text(_window(winname).number, True, text, delayms)


def displayStatusBar(winname: str, text: str, delayms: int = 0) -> None:
    """As displayOverlay(), in a line below the picture."""
    with _lock:
        _library.show_text(_window(winname).number, False, text, delayms)


def createButton(buttonName: str, onChange: OnButton, userData: Any = None, buttonType: int = QT_PUSH_BUTTON,
                 initialButtonState: bool = False) -> None:
    """A button below each window of the program, beside the last one or, with QT_NEW_BUTTONBAR, in a new row.

    onChange(state, userData) is called when somebody has pressed it, inside of waitKey() and pollKey(), and at once for one
    that is on at first. state: 1 or 0 of QT_CHECKBOX and QT_RADIOBOX, of which one in a row is on; 0 of QT_PUSH_BUTTON, as of
    OpenCV with Qt. Buttons go with the last window. Raises error where there is no window.
    """
    if onChange is not None and not callable(onChange):
        raise TypeError("onChange must be callable")
    with _lock:
        if not _windows:
            raise failure("there is no window yet that a button could be in")
        calls = _panel.add(buttonName, onChange, userData, buttonType, bool(initialButtonState))
    _follow(calls)


def _follow(calls: Calls) -> None:
    with _lock:
        for window in list(_windows.values()):
            _panel.say(window.number)
    for on_change, state, user_data in calls:
        if on_change:
            on_change(state, user_data)


def getWindowProperty(winname: str, prop_id: int) -> float:
    """WND_PROP_VISIBLE is 0 where a viewer has closed the window, until the next imshow(); -1: there is no such window, or
    no such property."""
    with _lock:
        window = _windows.get(winname)
        if window and prop_id == WND_PROP_VISIBLE:
            return 1.0 if window.number else 0.0
        if not window or not window.number:
            return -1.0
        values = {WND_PROP_FULLSCREEN: window.full_screen, WND_PROP_AUTOSIZE: window.flags & WINDOW_AUTOSIZE,
                  WND_PROP_ASPECT_RATIO: window.flags & WINDOW_FREERATIO, WND_PROP_OPENGL: 0}
        return float(values.get(prop_id, -1))


def setWindowProperty(winname: str, prop_id: int, prop_value: float) -> None:
    """Kept for getWindowProperty(); how large a window is, who watches decides."""
    with _lock:
        window = _window(winname)
        flags = int(prop_value)
        if prop_id == WND_PROP_FULLSCREEN:
            window.full_screen = flags == 1
        for property_, bit in ((WND_PROP_AUTOSIZE, WINDOW_AUTOSIZE), (WND_PROP_ASPECT_RATIO, WINDOW_FREERATIO)):
            if prop_id == property_:
                window.flags = (window.flags & ~bit) | (flags & bit)


def getWindowImageRect(winname: str) -> Rect:
    """x, y, width, height as the program has set them; -1, -1, -1, -1: there is no such window."""
    with _lock:
        window = _windows.get(winname)
        if not window or not window.number:
            return (-1, -1, -1, -1)
        by_picture = window.flags & WINDOW_AUTOSIZE or not window.resized
        return (*window.place, *((window.shown if by_picture else window.resized) or _SIZE_WITHOUT_PICTURE))


def moveWindow(winname: str, x: int, y: int) -> None:
    """Kept for getWindowImageRect()."""
    with _lock:
        _window(winname).place = (int(x), int(y))


@overload
def resizeWindow(winname: str, width: int, height: int) -> None: ...
@overload
def resizeWindow(winname: str, width: tuple[int, int]) -> None: ...
@overload
def resizeWindow(winname: str, *, size: tuple[int, int]) -> None: ...


def resizeWindow(winname: str, width: Union[int, tuple[int, int], None] = None, height: Optional[int] = None, *,
                 size: Optional[tuple[int, int]] = None) -> None:
    """To (width, height). Kept for getWindowImageRect()."""
    if isinstance(width, (tuple, list)):
        size = width
    elif width is not None and height is not None:
        size = (width, height)
    if size is None:
        raise TypeError("resizeWindow(winname, width, height), or resizeWindow(winname, (width, height))")
    wide, high = map(int, size)
    with _lock:
        window = _window(winname)
        if wide > 0 and high > 0:
            window.resized = (wide, high)


def startWindowThread() -> int:
    """There is nothing to start."""
    return 0
