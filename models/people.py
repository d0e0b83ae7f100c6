# SPDX-License-Identifier: LGPL-2.1-or-later
"""People in the street: OpenCV's own HOG detector (Debian's python3-opencv)."""
import cv2

import cv_model

cv2.setNumThreads(1)  # the encoder and the viewers want the other cores
hog = cv2.HOGDescriptor()
hog.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())


def detect(image: cv_model.Image) -> cv_model.Objects:
    boxes, weights = hog.detectMultiScale(image, winStride=(8, 8), scale=1.05)
    people = [(box, weight) for box, weight in zip(boxes, weights) if weight > 0.5]
    # the detector's window has a margin around the person
    return [{"label": "person", "confidence": min(1, weight / 2), "x": x + 0.15 * w, "y": y + 0.05 * h, "w": 0.7 * w, "h": 0.9 * h}
            for (x, y, w, h), weight in people]


cv_model.run(detect)
