# SPDX-License-Identifier: LGPL-2.1-or-later
"""Any ONNX model of two kinds, by OpenCV (Debian's python3-opencv): python3 onnx.py MODEL LABELS [PICTURE…]

MODEL    a classifier (one score for each label), or a detector of the YOLO v5 to v8 family (a list of boxes with scores)
LABELS   a text file, one label a line
--size N pictures are given to the model as N x N pixels (default 224; detectors mostly want 640)
--mean M, --scale S   each value goes in as (value - M) * S (default 0 and 1/255)
--least P results below this confidence are left out (default 0.5)
"""
import argparse

import cv2
import numpy
import numpy.typing

import cv_model

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model")
parser.add_argument("labels")
parser.add_argument("pictures", nargs="*")
parser.add_argument("--size", type=int, default=224)
parser.add_argument("--mean", type=float, default=0)
parser.add_argument("--scale", type=float, default=1 / 255)
parser.add_argument("--least", type=float, default=0.5)
options = parser.parse_args()

cv2.setNumThreads(1)  # the encoder and the viewers want the other cores
with open(options.labels, encoding="utf-8") as lines:
    labels = [line.strip() for line in lines if line.strip()]
net = cv2.dnn.readNetFromONNX(options.model)


def detect(image: cv_model.Image) -> cv_model.Objects:
    size = (options.size, options.size)
    net.setInput(cv2.dnn.blobFromImage(image, options.scale, size, [options.mean] * 3, swapRB=True))
    out = net.forward()[0]
    return classified(out, image) if out.size == len(labels) else boxes(out, image)


def classified(scores: numpy.typing.NDArray[numpy.float32], image: cv_model.Image) -> cv_model.Objects:
    """The best label, for the whole picture."""
    scores = scores.reshape(-1)
    if scores.min() < 0 or abs(scores.sum() - 1) > 0.01:  # not yet shares of 1
        scores = numpy.exp(scores - scores.max())
        scores /= scores.sum()
    best = scores.argmax()
    height, width = image.shape[:2]
    return [{"label": labels[best], "confidence": scores[best], "x": 0, "y": 0, "w": width, "h": height}] if scores[best] >= options.least else []


def boxes(out: numpy.typing.NDArray[numpy.float32], image: cv_model.Image) -> cv_model.Objects:
    """The best of overlapping boxes. out: rows of centre, size and a score for each label; YOLO v5 has one more score, of there being an object."""
    rows = out if out.shape[-1] in (len(labels) + 4, len(labels) + 5) else out.T
    if rows.ndim != 2 or rows.shape[1] not in (len(labels) + 4, len(labels) + 5):
        raise SystemExit(f"{options.model} answers with an array of shape {out.shape}: that fits neither a classifier of {len(labels)} labels nor a YOLO detector")
    scores = rows[:, 4:] if rows.shape[1] == len(labels) + 4 else rows[:, 5:] * rows[:, 4:5]
    best = scores.argmax(axis=1)
    confidence = scores.max(axis=1)
    sx, sy = image.shape[1] / options.size, image.shape[0] / options.size
    places = [[(x - w / 2) * sx, (y - h / 2) * sy, w * sx, h * sy] for x, y, w, h in rows[:, :4]]
    kept = cv2.dnn.NMSBoxes(places, confidence.tolist(), options.least, 0.45)
    return [{"label": labels[best[i]], "confidence": confidence[i], **dict(zip("xywh", places[i]))} for i in numpy.array(kept).reshape(-1)]


cv_model.run(detect, pictures=options.pictures)
