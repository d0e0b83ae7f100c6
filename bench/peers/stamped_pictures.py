# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pictures of bench/windows' programs. Each has a stamp (plugins/core/STAMP.md), which counts from 1970."""
import time

import cv2
import numpy as np

ROWS = 16


def crc(data):
    """CRC-16/CCITT-FALSE."""
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def stamp(picture, unix_ns):
    height, width = picture.shape[:2]
    cell = 16 if width >= 832 else 8
    frame = unix_ns * 9 // 100_000 & 0xFFFFFFFF
    bits = f"0101{frame:032b}{crc(frame.to_bytes(4, 'big')):016b}"
    top, in_line = (height // ROWS - 1) * ROWS, width // cell
    picture[top:] = 0
    for i, bit in enumerate(bits):
        if bit == "1":
            y, x = top + i // in_line * cell, i % in_line * cell
            picture[y:y + cell, x:x + cell] = 255


def pictures(width, height, rate):
    """Draws them at the rate, for ever."""
    ramp = np.linspace(40, 200, width, dtype=np.uint8)
    background = np.repeat(ramp[None, :, None], height, axis=0).repeat(3, axis=2).copy()
    number, due = 0, time.monotonic()
    while True:
        due += 1 / (rate - 0.25)  # as in start.js: all phases to the screen's come to pass
        number += 1
        picture = background.copy()
        cv2.circle(picture, (number * 9 % width, height // 2), height // 8, (0, 200, 255), -1)
        stamp(picture, time.time_ns())
        yield picture
        time.sleep(max(0, due - time.monotonic()))
