# SPDX-License-Identifier: LGPL-2.1-or-later
"""OpenCV's windows in the browser, by cv-launch, with results as data.

    import cv_launch

    cv_launch.imshow("camera", frame, [{"label": "cup", "confidence": 0.9, "x": 10, "y": 20, "w": 30, "h": 60}])
    if cv_launch.waitKey(1) == ord("q"):
        ...

The functions are named and do as OpenCV's in cv2 do; the page shows each window as a live stream, and sends keys, the
mouse and trackbars back. What imshow() is given as objects is not drawn into the picture: the page draws it, on the
picture that it was found in. An object is as cv_model has it: a place (x, y, w, h in pixels; or center-x, center-y,
radius; or polygon or keypoints, lists of [x, y]), and what else there is to say: label, confidence (0 to 1), text, track,
any other field.

A program that `cv-launch run` starts shows its windows there. Any other one starts a cv-launch of its own with its first
window; its address is told on stderr, and is what address() returns.

In a notebook, a Window shows itself in its cell.
"""
from ._constants import *
from ._constants import __all__ as _constants
from ._errors import error
from ._library import address
from ._notebook import Window
from ._objects import Objects
from ._picture import Image
from ._roi import selectROI, selectROIs
from ._windows import (
    createButton, createTrackbar, destroyAllWindows, destroyWindow, displayOverlay, displayStatusBar, getMouseWheelDelta, getTrackbarPos,
    getWindowImageRect, getWindowProperty, imshow, moveWindow, namedWindow, pollKey, resizeWindow, setMouseCallback, setTrackbarMax,
    setTrackbarMin, setTrackbarPos, setWindowProperty, setWindowTitle, startWindowThread, waitKey, waitKeyEx)

__all__ = [
    "Image", "Objects", "Window", "address", "createButton", "createTrackbar", "destroyAllWindows", "destroyWindow", "displayOverlay", "displayStatusBar", "error",
    "getMouseWheelDelta", "getTrackbarPos", "getWindowImageRect", "getWindowProperty", "imshow", "moveWindow", "namedWindow", "pollKey",
    "resizeWindow", "selectROI", "selectROIs", "setMouseCallback", "setTrackbarMax", "setTrackbarMin", "setTrackbarPos",
    "setWindowProperty", "setWindowTitle", "startWindowThread", "waitKey", "waitKeyEx"]
__all__ += _constants
