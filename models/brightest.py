# SPDX-License-Identifier: LGPL-2.1-or-later
"""The brightest place in the picture: the shortest model there is, with nothing but numpy."""
import numpy

import cv_model

SIZE = 16


def detect(image: cv_model.Image) -> cv_model.Objects:
    rows, columns = image.shape[0] // SIZE, image.shape[1] // SIZE
    blocks = image[:rows * SIZE, :columns * SIZE].reshape(rows, SIZE, columns, -1).mean(axis=(1, 3))
    row, column = numpy.unravel_index(blocks.argmax(), blocks.shape)
    return [{"label": "spot", "confidence": blocks[row, column] / 255, "x": column * SIZE, "y": row * SIZE, "w": SIZE, "h": SIZE}]


cv_model.run(detect)
