# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faces: a Haar cascade (Debian's python3-opencv and opencv-data)."""
import os

import cv2

import cv_model

cv2.setNumThreads(1)  # the encoder and the viewers want the other cores
CASCADE = os.environ.get("CV_CASCADE", "/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml")
cascade = cv2.CascadeClassifier(CASCADE)
if cascade.empty():
    raise SystemExit(f"no cascade in {CASCADE}: apt install opencv-data, or name one in the environment as CV_CASCADE")


def detect(image: cv_model.Image) -> cv_model.Objects:
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    boxes, _, weights = cascade.detectMultiScale3(grey, scaleFactor=1.1, minNeighbors=5, minSize=(24, 24), outputRejectLevels=True)
    return [{"label": "face", "x": x, "y": y, "w": w, "h": h, "weight": weight} for (x, y, w, h), weight in zip(boxes, weights)]


cv_model.run(detect)
