# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench/windows' program: a loop that draws a picture and shows it. Each picture has a stamp (plugins/core/STAMP.md), which counts from 1970.

window_program.py imshow|mjpeg WIDTH HEIGHT RATE

imshow: by cv2.imshow. Once a second it prints "imshow MS": the median time of a call.
mjpeg: as people do without a screen: cv2.imencode, and a server of their own that sends the JPEGs as multipart over HTTP (/mjpeg). Prints its address.
"""
import http.server
import sys
import threading
import time

import cv2
import numpy as np

how, width, height, rate = sys.argv[1], *map(int, sys.argv[2:])
CELL = 16 if width >= 832 else 8
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
    frame = unix_ns * 9 // 100_000 & 0xFFFFFFFF
    bits = f"0101{frame:032b}{crc(frame.to_bytes(4, 'big')):016b}"
    top, in_line = (height // ROWS - 1) * ROWS, width // CELL
    picture[top:] = 0
    for i, bit in enumerate(bits):
        if bit == "1":
            y, x = top + i // in_line * CELL, i % in_line * CELL
            picture[y:y + CELL, x:x + CELL] = 255


ramp = np.linspace(40, 200, width, dtype=np.uint8)
background = np.repeat(ramp[None, :, None], height, axis=0).repeat(3, axis=2).copy()
number = 0


def draw():
    global number
    number += 1
    picture = background.copy()
    cv2.circle(picture, (number * 9 % width, height // 2), height // 8, (0, 200, 255), -1)
    stamp(picture, time.time_ns())
    return picture


class Newest:
    def __init__(self):
        self.changed, self.jpeg, self.sent = threading.Condition(), b"", 0


newest = Newest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        if self.path == "/sent":
            self.end_headers()
            self.wfile.write(str(newest.sent).encode())
            return
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            while True:
                with newest.changed:
                    newest.changed.wait()
                    part = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + newest.jpeg + b"\r\n"
                self.wfile.write(part)
                newest.sent += len(part)
        except OSError:
            pass


if how == "mjpeg":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)

took = []
due = time.monotonic()
while True:
    due += 1 / (rate - 0.25)  # as in start.js: all phases to the screen's come to pass
    picture = draw()
    if how == "mjpeg":
        _, jpeg = cv2.imencode(".jpg", picture)
        with newest.changed:
            newest.jpeg = jpeg.tobytes()
            newest.changed.notify_all()
    else:
        begin = time.perf_counter()
        cv2.imshow("camera", picture)
        took.append(time.perf_counter() - begin)
        cv2.waitKey(1)
        if len(took) == rate:
            print("imshow", sorted(took)[rate // 2] * 1000, flush=True)
            took.clear()
    time.sleep(max(0, due - time.monotonic()))
