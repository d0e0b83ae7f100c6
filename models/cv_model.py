# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a model beside a live video, for the GStreamer element modelproc.

    import cv_model

    def detect(image):
        # image: a numpy array, height x width x 3 bytes: blue, green, red (height x width for modelproc format=gray)
        return [{"label": "person", "confidence": 0.9, "x": 10, "y": 20, "w": 30, "h": 60}]

    cv_model.run(detect)

    modelproc command="python3 my_model.py"    in a pipeline: detect() is called with the newest frame, again and again
    python3 my_model.py picture.jpg            prints what detect() finds in a still picture, one object a line

A script with arguments of its own names the pictures among them: cv_model.run(detect, pictures=options.pictures).

An object has a place (x, y, w, h in pixels; or center-x, center-y, radius; or polygon or keypoints, lists of [x, y]), and
may have label, confidence (0 to 1), text, and any other field, which a page of your own can use. Values are what JSON has:
text, numbers, true and false, None, lists and dicts. Arrays and numbers may be numpy's, or torch's.

To have this module, install it (pip install ./models) or copy this file beside your own script.
"""
from __future__ import annotations

import fcntl
import io
import json
import math
import mmap
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Callable, Literal, Optional, TextIO, Union, get_args

import numpy
import numpy.typing

__all__ = ["Format", "Image", "Objects", "read_picture", "run"]

Image = numpy.typing.NDArray[numpy.uint8]
"""A picture: height x width x 3 bytes, or height x width bytes in the format gray."""

Objects = Optional[Iterable[Mapping[str, object]]]
"""What detect() returns: a list of dicts, one for each object; None is an empty list."""

Format = Literal["bgr", "rgb", "gray"]
"""The order of a pixel's bytes: blue, green, red; red, green, blue; or one byte, its brightness."""

_CHANNELS = {"BGR": 3, "RGB": 3, "GRAY8": 1}


def run(detect: Callable[[Image], Objects], format: Format = "bgr", pictures: Optional[Iterable[Union[str, os.PathLike[str]]]] = None) -> None:
    """Calls detect(image) for each frame of modelproc's, or, where modelproc has not started the program, for each picture.

    Returns at their end.

    detect: is given an image of its own: it may draw on it and keep it. An exception ends the program with its traceback;
        modelproc shows that and starts the program again.
    format: of the pictures: bgr, rgb or gray, as modelproc's property format says for its frames.
    pictures: files to try the model on; None: all arguments of the command line. Beside a video neither is looked at.

    An object with a number that is infinite or none (NaN) is left out, and named on stderr.

    Raises ValueError for another format, and TypeError when detect() returns something that is not as in Objects, or has
    values that JSON has not. A picture that can't be read ends the program with a line on stderr.
    """
    _check_format(format)
    channel = _channel()
    if channel is None:
        return _try(detect, format, sys.argv[1:] if pictures is None else pictures)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # what detect() prints would wait for 8 KiB of it otherwise
    _serve(detect, channel)


def read_picture(path: Union[str, os.PathLike[str]], format: Format = "bgr") -> Image:
    """The picture in a file that GStreamer decodes, or the first one of a film.

    Returns height x width x 3 bytes (bgr, rgb), or height x width bytes (gray). Needs gst-launch-1.0.

    Raises ValueError for another format and for a file that GStreamer can't read, OSError for a file that can't be opened.
    """
    _check_format(format)
    raw = "GRAY8" if format == "gray" else "RGB"
    # by way of stdin, as gst-launch-1.0 would read "!" and quotation marks in the path itself
    line = ["filesrc", "location=/dev/stdin", "!", "decodebin", "!", "videoconvert", "!", "video/x-raw,format=" + raw,
            "!", "imagefreeze", "num-buffers=1", "!", "pnmenc", "!", "fdsink"]
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size == 0:  # gst-launch-1.0 of GStreamer 1.22 hangs at times over an empty file
                raise ValueError(f"{os.fspath(path)}: not a picture that GStreamer can read: it is empty")
            done = _launch(line, file)
    except FileNotFoundError:
        raise FileNotFoundError(f"{os.fspath(path)}: no such picture") from None
    head = re.match(rb"P[56]\s(?:#.*\n)*\s*(\d+)\s+(\d+)\s+255\s", done.stdout)
    if not head:
        raise ValueError(f"{os.fspath(path)}: not a picture that GStreamer can read: {done.stderr.decode(errors='replace').strip()}")
    width, height = int(head[1]), int(head[2])
    pixels = numpy.frombuffer(done.stdout, numpy.uint8, width * height * _CHANNELS[raw], head.end())
    pixels = pixels.reshape(_shape(height, width, raw))
    return numpy.array(pixels[:, :, ::-1] if format == "bgr" else pixels)


def _check_format(format: str) -> None:
    if format not in get_args(Format):
        raise ValueError(f"format is {format!r}; it must be one of {', '.join(get_args(Format))}")


def _launch(line: list[str], file: io.BufferedReader) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["gst-launch-1.0", "-q", *line], stdin=file, capture_output=True, check=False)
    except FileNotFoundError:
        raise OSError("gst-launch-1.0, which reads pictures, is not there: apt install gstreamer1.0-tools") from None


def _channel() -> Optional[socket.socket]:
    """The socket of modelproc's; None where it has not started this program."""
    try:
        fcntl.fcntl(4, fcntl.F_GET_SEALS)  # fails for all but shared memory, so that any socket of others is not taken for it
        return socket.socket(fileno=os.dup(3))
    except OSError:
        return None


def _try(detect: Callable[[Image], Objects], format: Format, pictures: Iterable[Union[str, os.PathLike[str]]]) -> None:
    path: Union[str, os.PathLike[str], None] = None
    for path in pictures:
        try:
            image = read_picture(path, format)
        except (OSError, ValueError) as error:
            hint = " (a script with options of its own says which arguments are pictures: run(detect, pictures=…))"
            sys.exit(str(error) + (hint if os.fspath(path).startswith("-") else ""))
        for found in _checked(detect(image)):
            print(_json(found))
    if path is None:
        sys.exit(f"{sys.argv[0]}: name a picture to try the model on, or run it by the GStreamer element modelproc")


def _serve(detect: Callable[[Image], Objects], channel: socket.socket) -> None:
    memory: Optional[mmap.mmap] = None
    with channel, channel.makefile("r", encoding="utf-8") as lines:
        asked = _say(channel, lines, {"type": "ready"})
        while asked:
            if memory is None or len(memory) < asked["size"]:
                memory = mmap.mmap(4, asked["size"])
            objects = _checked(detect(_image(memory, asked)))
            asked = _say(channel, lines, {"type": "result", "frame": asked["frame"], "objects": objects})


def _say(channel: socket.socket, lines: TextIO, message: dict[str, Any]) -> Optional[dict[str, Any]]:
    """Sends the message; returns the next frame to look at, or None when modelproc is gone."""
    try:
        channel.sendall((_json(message) + "\n").encode())
        for text in lines:
            asked: dict[str, Any] = json.loads(text)
            if asked["type"] == "frame":
                return asked
    except (BrokenPipeError, ConnectionResetError):  # it went while detect() was at work
        pass
    return None


def _image(memory: mmap.mmap, asked: dict[str, Any]) -> Image:
    shape = _shape(asked["height"], asked["width"], asked["format"])
    strides = (asked["stride"], _CHANNELS[asked["format"]], 1)
    # a copy, because the next frame comes to the same place
    return numpy.ndarray(shape, numpy.uint8, memory, 0, strides[:len(shape)]).copy()


def _shape(height: int, width: int, raw: str) -> tuple[int, ...]:
    return (height, width) if _CHANNELS[raw] == 1 else (height, width, _CHANNELS[raw])


def _checked(objects: Objects) -> list[dict[str, Any]]:
    """What can be said in JSON; objects with a number that is none are left out, and named on stderr."""
    if objects is None:
        return []
    if isinstance(objects, (str, bytes, Mapping)) or not isinstance(objects, Iterable):
        raise TypeError(f"detect() must return a list of dicts; it returned {objects!r}")
    good = []
    for index, given in enumerate(objects):
        if not isinstance(given, Mapping):
            raise TypeError(f"detect() must return a list of dicts; object {index} is {given!r}")
        found = {str(key): _plain(value, f"{key} of object {index}") for key, value in given.items()}
        wrong = next((key for key, value in found.items() if _has_nan(value)), None)
        if wrong is None:
            good.append(found)
        else:
            print(f"object {index} is left out: {wrong} is {found[wrong]}", file=sys.stderr)
    return good


def _plain(value: Any, name: str) -> Any:
    """The value in Python's own types that JSON has."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{key} of {name}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, name) for item in value]
    if isinstance(value, str):
        return value.encode(errors="replace").decode()  # the name of a file may have bytes that are no text
    if isinstance(value, numpy.floating):
        return float(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    plain = value.tolist() if hasattr(value, "tolist") else value  # numpy, torch and others
    if type(plain) is type(value):
        raise TypeError(f"{name} is {value!r}; JSON has no {type(value).__name__}")
    return _plain(plain, name)


def _has_nan(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_nan, value.values()))
    if isinstance(value, list):
        return any(map(_has_nan, value))
    return isinstance(value, float) and not math.isfinite(value)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
