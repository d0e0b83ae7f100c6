# SPDX-License-Identifier: LGPL-2.1-or-later
"""What imshow() takes."""
from __future__ import annotations

from typing import Any

import numpy
import numpy.typing

from ._errors import failure

Image = numpy.typing.NDArray[Any]
"""A picture: height x width (grey), or height x width x 1, 3 or 4 values: blue, green, red, and one that is not shown.

As of cv2.imshow(), values are uint8, of 16 bits (which are divided by 255), or float, from 0 to 1.
"""

DEPTHS = {numpy.dtype(numpy.uint8): 0, numpy.dtype(numpy.int8): 1, numpy.dtype(numpy.uint16): 2, numpy.dtype(numpy.int16): 3,
          numpy.dtype(numpy.float32): 5, numpy.dtype(numpy.float64): 6}
"""As of OpenCV's CV_8U and so on."""


def checked(mat: Any) -> tuple[Image, int]:
    """The picture, its lines as the library reads them, and how many channels it has."""
    if not isinstance(mat, numpy.ndarray) and hasattr(mat, "get"):
        mat = mat.get()  # a cv2.UMat
    image = numpy.asarray(mat)
    channels = image.shape[2] if image.ndim == 3 else 1
    if image.ndim not in (2, 3) or channels not in (1, 3, 4) or image.dtype not in DEPTHS or image.size == 0:
        raise failure(f"an array of {image.dtype} {image.shape} is no picture: it must be height x width, or height x width x 1, 3 or 4, "
                      f"of {', '.join(str(dtype) for dtype in DEPTHS)}")
    pixel = channels * image.itemsize
    if image.strides[0] < 0 or image.strides[1:] != (pixel, image.itemsize)[:image.ndim - 1]:
        image = numpy.ascontiguousarray(image)
    return image, channels
