# SPDX-License-Identifier: LGPL-2.1-or-later
"""Gives an OpenCV these windows in place of its own."""
from __future__ import annotations

from types import ModuleType
from typing import Any

from . import _errors, _roi, _windows

_FUNCTIONS = [
    _roi.selectROI, _roi.selectROIs, _windows.createTrackbar, _windows.destroyAllWindows, _windows.destroyWindow, _windows.displayOverlay,
    _windows.displayStatusBar, _windows.getMouseWheelDelta, _windows.getTrackbarPos, _windows.getWindowImageRect,
    _windows.getWindowProperty, _windows.imshow, _windows.moveWindow, _windows.namedWindow, _windows.pollKey, _windows.resizeWindow,
    _windows.setMouseCallback, _windows.setTrackbarMax, _windows.setTrackbarMin, _windows.setTrackbarPos, _windows.setWindowProperty,
    _windows.setWindowTitle, _windows.startWindowThread, _windows.waitKey, _windows.waitKeyEx]


def replace_windows_of(cv2: ModuleType) -> None:
    """Where it does not take them from cv-launch's plugin by itself."""
    if _has_plugin(cv2):
        return
    _errors.raise_as(cv2.error)
    for function in _FUNCTIONS:
        setattr(cv2, function.__name__, function)


def _has_plugin(cv2: Any) -> bool:
    # pip's have a version.py; another one may be built against a system's libraries
    if hasattr(cv2, "version") or not hasattr(cv2, "currentUIFramework"):
        return False
    try:
        return bool(cv2.currentUIFramework() == "CVLAUNCH")
    except cv2.error:
        return False
