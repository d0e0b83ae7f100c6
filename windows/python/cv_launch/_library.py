# SPDX-License-Identifier: LGPL-2.1-or-later
"""cv-launch/windows.h: the library that has the windows."""
from __future__ import annotations

import ctypes
import os
import secrets
from typing import Optional

from ._errors import failure

_NAME = "libcv-launch.so.0"

FRAME_KEY = "CV_LAUNCH_FRAME_KEY"

KEY, MOUSE, TRACKBAR, CLOSED, BUTTON = 1, 2, 3, 4, 5


class Event(ctypes.Structure):
    type: int
    window: int
    code: int
    x: int
    y: int
    flags: int
    trackbar: int
    _fields_ = [("type", ctypes.c_int32), ("window", ctypes.c_uint32), ("code", ctypes.c_int32), ("x", ctypes.c_int32),
                ("y", ctypes.c_int32), ("flags", ctypes.c_int32), ("trackbar", ctypes.c_uint32)]


def _load() -> ctypes.CDLL:
    name = os.environ.get("CV_LAUNCH_LIBRARY") or _NAME
    try:
        library = ctypes.CDLL(name)
    except OSError as wrong:
        raise ImportError(f"cv_launch needs the library of cv-launch, which can't be loaded: {wrong}") from None
    number, text = ctypes.c_uint32, ctypes.c_char_p
    signatures: dict[str, tuple[object, list[object]]] = {
        "start": (ctypes.c_int, []),
        "address": (text, []),
        "socket": (text, []),
        "error": (text, []),
        "open": (number, [text]),
        "close": (None, [number]),
        "set_title": (None, [number, text]),
        "show": (ctypes.c_int, [number, ctypes.c_void_p, number, number, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, text, ctypes.c_size_t]),
        "set_trackbar": (None, [number, number, text, ctypes.c_int, ctypes.c_int, ctypes.c_int]),
        "show_text": (None, [number, ctypes.c_int, text, ctypes.c_int]),
        "set_button": (None, [number, number, text, ctypes.c_int, number, ctypes.c_int]),
        "set_mouse_wanted": (None, [number, ctypes.c_int]),
        "wait": (ctypes.c_int, [ctypes.c_int64, ctypes.POINTER(Event)])}
    for function, (result, arguments) in signatures.items():
        pointer = getattr(library, "cv_launch_" + function)
        pointer.restype = result
        pointer.argtypes = arguments
    return library


_library = _load()


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace").replace(b"\0", b" ")


def _check(good: bool) -> None:
    if not good:
        raise failure(_library.cv_launch_error().decode())


def address() -> str:
    """The address of the page of the program's own cv-launch, which its first window starts; "" where it has none."""
    found: bytes = _library.cv_launch_address()
    return found.decode()


def open_window(name: str) -> int:
    if not os.environ.get("CV_LAUNCH_WINDOWS"):  # the cv-launch that this starts lets who knows this show it in a frame
        os.environ.setdefault(FRAME_KEY, secrets.token_hex(16))
    number: int = _library.cv_launch_open(_bytes(name))
    _check(number != 0)
    if address():  # other programs that this one starts are to be seen there too
        os.environ.setdefault("CV_LAUNCH_WINDOWS", _library.cv_launch_socket().decode())
    return number


def close_window(number: int) -> None:
    _library.cv_launch_close(number)


def show(number: int, pixels: int, size: tuple[int, int], stride: int, depth: int, channels: int, objects: Optional[bytes]) -> None:
    _check(_library.cv_launch_show(number, pixels, *size, stride, depth, channels, objects, len(objects or b"")) == 0)


def set_title(number: int, title: str) -> None:
    _library.cv_launch_set_title(number, _bytes(title))


def set_trackbar(number: int, identity: int, name: str, least: int, most: int, value: int) -> None:
    _library.cv_launch_set_trackbar(number, identity, _bytes(name), least, most, value)


def show_text(number: int, over: bool, text: str, milliseconds: int) -> None:
    _library.cv_launch_show_text(number, over, _bytes(text), max(0, milliseconds))


def set_button(number: int, identity: int, name: str, kind: int, bar: int, on: bool) -> None:
    _library.cv_launch_set_button(number, identity, _bytes(name), kind, bar, on)


def set_mouse_wanted(number: int, wanted: bool) -> None:
    _library.cv_launch_set_mouse_wanted(number, wanted)


def wait(milliseconds: int) -> Optional[Event]:
    """The next event; None: there is none within this time, or a signal came."""
    event = Event()
    # a signal's handler, also the one that raises KeyboardInterrupt, is called when this returns
    return event if _library.cv_launch_wait(milliseconds, ctypes.byref(event)) == 1 else None
