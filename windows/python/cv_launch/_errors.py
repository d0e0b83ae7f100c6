# SPDX-License-Identifier: LGPL-2.1-or-later
from __future__ import annotations


class error(Exception):
    """What OpenCV's windows throw as cv2.error. Where they are replaced by these (cv-launch run), it is cv2.error itself."""


_raised: type[Exception] = error


def raise_as(kind: type[Exception]) -> None:
    """From now on errors are of this class."""
    global _raised
    _raised = kind


def failure(message: str) -> Exception:
    return _raised(message)
