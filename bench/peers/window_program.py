# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench/windows' program: a loop that draws a picture and shows it.

window_program.py imshow|mjpeg|early WIDTH HEIGHT RATE

imshow: by cv2.imshow. Once a second it prints "imshow MS": the median time of a call.
mjpeg: as people do without a screen: cv2.imencode, and a server of their own that sends the JPEGs as multipart over HTTP (/mjpeg). Prints its address.
early: the same, and each part has the next one's headers at its end. Chromium shows a part when they come: with the usual order a frame's time later.
"""
import http.server
import sys
import threading
import time

import cv2

from stamped_pictures import pictures

HEAD = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"
how, width, height, rate = sys.argv[1], *map(int, sys.argv[2:])


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
            if how == "early":
                self.wfile.write(HEAD)
            while True:
                with newest.changed:
                    newest.changed.wait()
                    part = newest.jpeg + b"\r\n" + HEAD if how == "early" else HEAD + newest.jpeg + b"\r\n"
                self.wfile.write(part)
                newest.sent += len(part)
        except OSError:
            pass


if how != "imshow":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)

took = []
for picture in pictures(width, height, rate):
    if how != "imshow":
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
