# SPDX-License-Identifier: LGPL-2.1-or-later
"""Says the values of the first pixel as it sees them: first_pixel.py FORMAT [PICTURE…]"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../models"))
import numpy

import cv_model

shown = sys.argv.pop(1)
cv_model.run(lambda image: [{"label": "-".join(map(str, numpy.atleast_1d(image[0, 0]))), "x": 0, "y": 0, "w": 1, "h": 1}], shown)
