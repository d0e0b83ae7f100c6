# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a model beside a live video, for the GStreamer element modelproc. Copy this file beside your own script:

    import cv_model

    def detect(image):
        # image: a numpy array, height x width x 3 bytes: blue, green, red (height x width for modelproc format=gray)
        return [{"label": "person", "confidence": 0.9, "x": 10, "y": 20, "w": 30, "h": 60}]

    cv_model.run(detect)

    modelproc command="python3 my_model.py"    in a pipeline: detect() is called with the newest frame, again and again
    python3 my_model.py picture.jpg            prints what detect() finds in a still picture, one object a line

An object has a place (x, y, w, h in pixels; or center-x, center-y, radius; or polygon or keypoints, lists of [x, y]), and
may have label, confidence, text, and any other field, which a page of your own can use. Numbers may be numpy's.
"""
import json
import math
import mmap
import os
import re
import socket
import subprocess
import sys

import numpy

_CHANNELS = {"BGR": 3, "RGB": 3, "GRAY8": 1}


def run(detect, format="bgr"):
    """Calls detect(image) for each frame of modelproc's, or for the pictures named on the command line; returns at their end.

    format: of the pictures on the command line: bgr, rgb or gray, as modelproc's property format says for its frames. An exception of detect() ends the program with its traceback; modelproc shows that and starts the program again.
    """
    if len(sys.argv) > 1:
        for path in sys.argv[1:]:
            for found in _checked(detect(read_picture(path, format))):
                print(_json(found))
        return
    try:
        channel = socket.socket(fileno=os.dup(3))
    except OSError:
        sys.exit(f"{sys.argv[0]}: name a picture to try the model on, or run it by the GStreamer element modelproc")
    _serve(detect, channel)


def read_picture(path, format="bgr"):
    """The picture in a file that GStreamer decodes: height x width x 3 bytes (bgr, rgb), or height x width (gray)."""
    raw = "GRAY8" if format == "gray" else "RGB"
    line = ["filesrc", "location=" + path, "!", "decodebin", "!", "videoconvert", "!", "video/x-raw,format=" + raw,
            "!", "pnmenc", "!", "fdsink"]
    if not os.path.exists(path):
        sys.exit(f"{path}: no such picture")
    done = subprocess.run(["gst-launch-1.0", "-q", *line], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    head = re.match(rb"P[56]\s(?:#.*\n)*\s*(\d+)\s+(\d+)\s+255\s", done.stdout)
    if not head:
        sys.exit(f"{path}: not a picture that GStreamer can read: {done.stderr.decode(errors='replace').strip()}")
    width, height = int(head[1]), int(head[2])
    channels = _CHANNELS[raw]
    pixels = numpy.frombuffer(done.stdout, numpy.uint8, width * height * channels, head.end())
    pixels = pixels.reshape((height, width, channels)[:2 if channels == 1 else 3])
    return numpy.array(pixels[:, :, ::-1] if format == "bgr" else pixels)


def _serve(detect, channel):
    memory = None
    with channel, channel.makefile("r", encoding="utf-8") as lines:
        channel.sendall(_line({"type": "ready"}))
        for text in lines:
            asked = json.loads(text)
            if asked["type"] != "frame":
                continue
            if memory is None or len(memory) < asked["size"]:
                memory = mmap.mmap(4, asked["size"])
            objects = _checked(detect(_image(memory, asked)))
            channel.sendall(_line({"type": "result", "frame": asked["frame"], "objects": objects}))


def _image(memory, asked):
    height, width, channels = asked["height"], asked["width"], _CHANNELS[asked["format"]]
    strides = (asked["stride"], channels, 1)
    return numpy.ndarray((height, width, channels)[:2 if channels == 1 else 3], numpy.uint8, memory, 0,
                         strides[:2 if channels == 1 else 3])


def _checked(objects):
    """What can be said in JSON; objects with a number that is none are left out, and named on stderr."""
    good = []
    for index, found in enumerate(objects or []):
        found = _plain(found)
        if not isinstance(found, dict):
            raise TypeError(f"detect() must return a list of dicts; object {index} is {found!r}")
        wrong = next((key for key, value in found.items() if _has_nan(value)), None)
        if wrong is None:
            good.append(found)
        else:
            print(f"object {index} is left out: {wrong} is {found[wrong]}", file=sys.stderr)
    return good


def _plain(value):
    """Without numpy's types."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, numpy.ndarray):
        return value.tolist()
    return value.item() if isinstance(value, numpy.generic) else value


def _has_nan(value):
    if isinstance(value, dict):
        return any(map(_has_nan, value.values()))
    if isinstance(value, list):
        return any(map(_has_nan, value))
    return isinstance(value, float) and not math.isfinite(value)


def _json(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _line(value):
    return (_json(value) + "\n").encode()
