# SPDX-License-Identifier: LGPL-2.1-or-later
"""Gives an OpenCV these windows in place of its own."""
from __future__ import annotations

from types import ModuleType
from typing import Any

from . import _errors, _roi, _windows
from ._constants import QT_FONT_BOLD, QT_FONT_NORMAL, QT_STYLE_NORMAL

_FUNCTIONS = [
    _roi.selectROI, _roi.selectROIs, _windows.createButton, _windows.createTrackbar, _windows.destroyAllWindows, _windows.destroyWindow, _windows.displayOverlay,
    _windows.displayStatusBar, _windows.getMouseWheelDelta, _windows.getTrackbarPos, _windows.getWindowImageRect,
    _windows.getWindowProperty, _windows.imshow, _windows.moveWindow, _windows.namedWindow, _windows.pollKey, _windows.resizeWindow,
    _windows.setMouseCallback, _windows.setTrackbarMax, _windows.setTrackbarMin, _windows.setTrackbarPos, _windows.setWindowProperty,
    _windows.setWindowTitle, _windows.startWindowThread, _windows.waitKey, _windows.waitKeyEx]


def replace_windows_of(cv2: ModuleType) -> None:
    """Where it does not take them from cv-launch's plugin by itself."""
    if _has_plugin(cv2):
        return
    _errors.raise_as(cv2.error)
    for function in [*_FUNCTIONS, _add_text_by(cv2)]:
        setattr(cv2, function.__name__, function)


def _add_text_by(cv2: Any) -> Any:
    """As Qt's, which draws on pictures of three bytes a pixel alone; in OpenCV's own font."""
    def addText(img: Any, text: str, org: Any, nameFont: str, pointSize: int = -1, color: Any = (0, 0, 0, 0), weight: int = QT_FONT_NORMAL,
                style: int = QT_STYLE_NORMAL, spacing: int = 0) -> None:
        scale = 0.044 * (pointSize if pointSize > 0 else 12)  # letters as high as Qt's at 96 dots an inch
        if img.dtype == "uint8" and img.ndim == 3 and img.shape[2] == 3:
            cv2.putText(img, text, org, cv2.FONT_HERSHEY_SIMPLEX, scale, color, 1 if weight < QT_FONT_BOLD else 2, cv2.LINE_AA)
    return addText


def _has_plugin(cv2: Any) -> bool:
    # pip's have a version.py; another one may be built against a system's libraries
    if hasattr(cv2, "version") or not hasattr(cv2, "currentUIFramework"):
        return False
    try:
        return bool(cv2.currentUIFramework() == "CVLAUNCH")
    except cv2.error:
        return False
